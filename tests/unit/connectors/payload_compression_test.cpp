#include "connectors/codec/format/payload_compression.h"

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <random>
#include <vector>

namespace laminar {
namespace {

constexpr PayloadCompression kinds[] = {PayloadCompression::gzip, PayloadCompression::zstd, PayloadCompression::zlib};

std::string compressed(std::string text, PayloadCompression kind, int level = 3) {
    (void)compress_payload(text, false, {kind, level, 0});
    return text;
}

std::string inflated(PayloadInflater& inflater, const std::string& payload) {
    std::string_view text;
    const auto error = inflater.inflate(payload, text);
    REQUIRE_MESSAGE(!error, (error ? error->message : ""));
    return std::string(text);
}

std::string error_type(PayloadInflater& inflater, const std::string& payload) {
    std::string_view text;
    const auto error = inflater.inflate(payload, text);
    return error ? error->type : "none";
}

std::string repetitive(std::size_t size) {
    std::string text;
    while (text.size() < size) text += "{\"symbol\":\"AAPL\",\"price\":" + std::to_string(text.size()) + "}\n";
    text.resize(size);
    return text;
}

/// So many zeros as one gzip member, made piece by piece.
std::string gzip_bomb(std::size_t size) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::vector<unsigned char> zeros(1 << 20);
    std::vector<unsigned char> out(1 << 16);
    std::string bomb;
    for (std::size_t done = 0; done <= size; done += zeros.size()) {
        stream.next_in = zeros.data();
        stream.avail_in = static_cast<uInt>(zeros.size());
        do {
            stream.next_out = out.data();
            stream.avail_out = static_cast<uInt>(out.size());
            deflate(&stream, done + zeros.size() > size ? Z_FINISH : Z_NO_FLUSH);
            bomb.append(reinterpret_cast<const char*>(out.data()), out.size() - stream.avail_out);
        } while (stream.avail_out == 0);
    }
    deflateEnd(&stream);
    return bomb;
}

/// The same as a zstd frame, with a window of 128 MiB and without its size in the header.
std::string zstd_bomb(std::size_t size) {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 27);
    std::vector<char> zeros(1 << 20);
    std::vector<char> out(1 << 16);
    std::string bomb;
    for (std::size_t done = 0; done < size; done += zeros.size()) {
        ZSTD_inBuffer in{zeros.data(), zeros.size(), 0};
        const bool last = done + zeros.size() >= size;
        std::size_t left = 1;
        while (last ? left != 0 : in.pos < in.size) {
            ZSTD_outBuffer part{out.data(), out.size(), 0};
            left = ZSTD_compressStream2(context, &part, &in, last ? ZSTD_e_end : ZSTD_e_continue);
            bomb.append(out.data(), part.pos);
        }
    }
    ZSTD_freeCCtx(context);
    return bomb;
}

}  // namespace

TEST_CASE("payload compression: what was compressed is inflated to the same, at every level and size") {
    for (const PayloadCompression kind : kinds) {
        PayloadInflater inflater(kind, 4 << 20);
        for (const int level : {1, 6, 9}) {
            for (const std::size_t size : {60, 4096, 4097, 300'000, 4 << 20}) {
                const std::string text = repetitive(size);
                const std::string small = compressed(text, kind, level);
                CHECK(small.size() < text.size());
                CHECK(begins_compressed(small, kind));
                CHECK(inflated(inflater, small) == text);
                inflater.release();
            }
        }
    }
}

TEST_CASE("payload compression: levels make a difference") {
    std::string text;
    std::minstd_rand random(7);
    while (text.size() < 400'000) text += "word" + std::to_string(random() % 5000) + " ";
    CHECK(compressed(text, PayloadCompression::gzip, 9).size() < compressed(text, PayloadCompression::gzip, 1).size());
    CHECK(compressed(text, PayloadCompression::zstd, 19).size() < compressed(text, PayloadCompression::zstd, 1).size());
}

TEST_CASE("payload compression: small and incompressible payloads stay, unless they could be mistaken") {
    for (const PayloadCompression kind : kinds) {
        std::string small = repetitive(200);
        CHECK_FALSE(compress_payload(small, false, {kind, 3, 201}));
        CHECK(small == repetitive(200));
        CHECK(compress_payload(small, false, {kind, 3, 200}));

        std::string noise;
        std::minstd_rand random(1);
        for (int i = 0; i < 1000; ++i) noise += static_cast<char>(random() >> 16);
        CHECK_FALSE(compress_payload(noise, false, {kind, 3, 0}));

        // Its receiver would inflate a payload that happens to be compressed already: it is compressed once more.
        const std::string archive = compressed(repetitive(5000), kind);
        std::string payload = archive;
        CHECK(compress_payload(payload, true, {kind, 3, 1 << 20}));
        PayloadInflater inflater(kind, 1 << 20);
        CHECK(inflated(inflater, payload) == archive);
    }
    std::string any = repetitive(1000);
    CHECK_FALSE(compress_payload(any, false, {PayloadCompression::none, 3, 0}));
    CHECK_FALSE(begins_compressed(compressed(any, PayloadCompression::gzip), PayloadCompression::none));
    CHECK_FALSE(begins_compressed(compressed(any, PayloadCompression::gzip), PayloadCompression::zstd));
}

TEST_CASE("payload compression: the limit is exact") {
    for (const PayloadCompression kind : kinds) {
        for (const std::size_t size : {100, 5000, 70'000}) {
            const std::string payload = compressed(repetitive(size), kind);
            PayloadInflater enough(kind, size);
            CHECK(inflated(enough, payload) == repetitive(size));
            PayloadInflater too_little(kind, size - 1);
            CHECK(error_type(too_little, payload) == "too_large");
        }
    }
}

TEST_CASE("payload compression: bombs are errors and the next message is fine") {
    constexpr std::size_t size = std::size_t{1} << 30;
    PayloadInflater gzip(PayloadCompression::gzip, 16 << 20);
    CHECK(error_type(gzip, gzip_bomb(size)) == "too_large");
    CHECK(
        inflated(gzip, compressed("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", PayloadCompression::gzip)).size() ==
        46);
    PayloadInflater zstd(PayloadCompression::zstd, 16 << 20);
    CHECK(error_type(zstd, zstd_bomb(size)) == "too_large");
    CHECK(
        inflated(zstd, compressed("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", PayloadCompression::zstd)).size() ==
        46);
    // Without its size in the header, and with a window larger than the limit.
    CHECK(inflated(zstd, zstd_bomb(3 << 20)) == std::string(3 << 20, '\0'));
}

TEST_CASE("payload compression: damage is an error that says so") {
    for (const PayloadCompression kind : kinds) {
        const std::string whole = compressed(repetitive(20'000), kind);
        PayloadInflater inflater(kind, 1 << 20);
        for (const std::size_t length : {std::size_t{4}, whole.size() / 2, whole.size() - 1}) {
            CHECK(error_type(inflater, whole.substr(0, length)) == "invalid_compression");
        }
        std::string damaged = whole;
        for (std::size_t at = whole.size() / 2; at < whole.size(); ++at) damaged[at] = static_cast<char>(at * 7);
        CHECK(error_type(inflater, damaged) == "invalid_compression");
        CHECK(error_type(inflater, whole + "more") == "invalid_compression");
        if (kind == PayloadCompression::zlib)
            CHECK(error_type(inflater, whole + whole) == "invalid_compression");  // It has no members.
        else
            CHECK(inflated(inflater, whole + whole) == repetitive(20'000) + repetitive(20'000));
        CHECK(inflated(inflater, whole) == repetitive(20'000));
    }
}

namespace {

/// What a server sends that compresses all its messages as one zlib stream.
class ZlibStream {
public:
    ZlibStream() { REQUIRE(deflateInit(&stream_, 6) == Z_OK); }
    ~ZlibStream() { deflateEnd(&stream_); }

    std::string message(std::string text) {
        std::string out(deflateBound(&stream_, text.size()) + 64, '\0');
        stream_.next_in = reinterpret_cast<Bytef*>(text.data());
        stream_.avail_in = static_cast<uInt>(text.size());
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        REQUIRE(deflate(&stream_, Z_SYNC_FLUSH) == Z_OK);
        out.resize(out.size() - stream_.avail_out);
        return out;
    }

private:
    z_stream stream_{};
};

}  // namespace

TEST_CASE("payload compression: DEFLATE alone has no mark: all that is binary is compressed") {
    constexpr PayloadCompression kind = PayloadCompression::raw_deflate;
    PayloadInflater inflater(kind, 4 << 20);
    const std::string small = compressed(repetitive(5000), kind);
    CHECK(small.size() < 5000);
    CHECK(is_compressed(small, true, kind));
    CHECK_FALSE(is_compressed("{}", false, kind));
    CHECK(inflated(inflater, small) == repetitive(5000));
    CHECK(error_type(inflater, small.substr(0, small.size() / 2)) == "invalid_compression");
    CHECK(error_type(inflater, small + "more") == "invalid_compression");
    std::string bytes = "short";
    CHECK(compress_payload(bytes, true, {kind, 6, 1000}));
    CHECK(inflated(inflater, bytes) == "short");
    PayloadInflater little(kind, 4999);
    CHECK(error_type(little, small) == "too_large");
}

TEST_CASE("payload compression: one zlib stream over all messages") {
    ZlibStream server;
    PayloadInflater inflater(PayloadCompression::zlib_stream, 1 << 20);
    const std::string first = server.message(repetitive(3000));
    const std::string second = server.message(repetitive(3000));
    CHECK(second.size() < first.size() / 4);  // It refers to the first.
    CHECK(inflated(inflater, first) == repetitive(3000));
    inflater.release();
    CHECK(inflated(inflater, second) == repetitive(3000));
    // A message may come in parts.
    const std::string third = server.message(repetitive(20'000));
    std::string_view none;
    CHECK_FALSE(inflater.inflate(third.substr(0, 10), none));
    CHECK(inflater.awaits_more());
    CHECK(inflated(inflater, third.substr(10)) == repetitive(20'000));
    CHECK_FALSE(inflater.awaits_more());
    std::string text = repetitive(1000);
    CHECK_FALSE(compress_payload(text, false, {PayloadCompression::zlib_stream, 6, 0}));
}

TEST_CASE("payload compression: a stream ends with the first damage, or what is too large") {
    ZlibStream server;
    PayloadInflater inflater(PayloadCompression::zlib_stream, 10'000);
    CHECK(inflated(inflater, server.message("{}")) == "{}");
    CHECK(error_type(inflater, server.message(repetitive(10'001))) == "too_large");
    CHECK(inflater.is_broken());
    CHECK(error_type(inflater, server.message("{}")) == "invalid_compression");

    ZlibStream other;
    PayloadInflater damaged(PayloadCompression::zlib_stream, 10'000);
    std::string message = other.message(repetitive(3000));
    message[0] = 'x' + 1;
    CHECK(error_type(damaged, message) == "invalid_compression");
    CHECK(damaged.is_broken());

    PayloadInflater waiting(PayloadCompression::zlib_stream, 100);
    std::string_view none;
    CHECK_FALSE(waiting.inflate(std::string(60, 'a'), none));
    CHECK(error_type(waiting, std::string(60, 'a')) == "too_large");
    // It does not wait for more then, but says what is wrong.
    CHECK_FALSE(waiting.awaits_more());
    CHECK(waiting.is_broken());
    CHECK(error_type(waiting, "[]") == "invalid_compression");
}

TEST_CASE("payload compression: a text that begins like zlib is no compressed one") {
    for (const char* text : {"HK0700,380.2", "8O", "XG", "hC", "(S", "x^2"}) {
        CHECK(begins_compressed(text, PayloadCompression::zlib));
        CHECK_FALSE(is_compressed(text, false, PayloadCompression::zlib));
        CHECK(is_compressed(text, true, PayloadCompression::zlib));
        std::string payload = text;
        CHECK_FALSE(compress_payload(payload, false, {PayloadCompression::zlib, 6, 100}));
        CHECK(payload == text);
    }
}

}  // namespace laminar
