#include "connectors/codec/format/payload_compression.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

namespace laminar {

namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b\x08";
constexpr std::string_view zstd_magic = "\x28\xb5\x2f\xfd";
constexpr std::size_t least_capacity = 4 << 10;
constexpr std::size_t kept_capacity = 64 << 10;
// zlib counts in 32 bits; payloads come in pieces of this size.
constexpr std::size_t piece = std::size_t{1} << 30;
constexpr int zlib_memory_level = 8;
// The end of what Z_SYNC_FLUSH has written: until it comes, a message of a stream goes on in the next.
constexpr std::string_view flush_mark{"\x00\x00\xff\xff", 4};

/// windowBits of zlib: the largest window, plus 16 for the wrapper of gzip, negative for none.
int window_of(PayloadCompression compression) noexcept {
    switch (compression) {
        case PayloadCompression::gzip:
            return 15 + 16;
        case PayloadCompression::raw_deflate:
            return -15;
        default:
            return 15;
    }
}

std::string_view name_of(PayloadCompression compression) noexcept {
    switch (compression) {
        case PayloadCompression::none:
            return "plain";
        case PayloadCompression::gzip:
            return "gzip";
        case PayloadCompression::zstd:
            return "zstd";
        case PayloadCompression::zlib:
            return "zlib";
        case PayloadCompression::raw_deflate:
            return "deflate";
        case PayloadCompression::zlib_stream:
            return "zlib stream";
    }
    return {};
}

/// RFC 1950 section 2.2: DEFLATE with a window of at most 32 KiB, no dictionary, and a check of both bytes.
bool begins_as_zlib(std::string_view payload) noexcept {
    if (payload.size() < 2) return false;
    const auto method = static_cast<unsigned char>(payload[0]);
    const auto flags = static_cast<unsigned char>(payload[1]);
    return (method & 0x0fU) == 8 && (method >> 4U) <= 7 && (flags & 0x20U) == 0 && (method * 256U + flags) % 31 == 0;
}

/// zlib's state for inflating. Where each payload is inflated in one go, one a thread does: it is some 40 KiB.
class ZlibInflater {
public:
    explicit ZlibInflater(PayloadCompression compression) {
        if (inflateInit2(&stream, window_of(compression)) != Z_OK) throw std::bad_alloc();
    }
    ~ZlibInflater() { inflateEnd(&stream); }
    ZlibInflater(const ZlibInflater&) = delete;
    ZlibInflater& operator=(const ZlibInflater&) = delete;

    z_stream stream{};
};

z_stream& inflater_of_thread(PayloadCompression compression) {
    thread_local ZlibInflater of_gzip(PayloadCompression::gzip);
    thread_local ZlibInflater of_zlib(PayloadCompression::zlib);
    thread_local ZlibInflater raw(PayloadCompression::raw_deflate);
    ZlibInflater& inflater = compression == PayloadCompression::gzip   ? of_gzip
                             : compression == PayloadCompression::zlib ? of_zlib
                                                                       : raw;
    inflateReset(&inflater.stream);
    return inflater.stream;
}

/// The same for deflating; the level is part of the state.
class ZlibDeflater {
public:
    ZlibDeflater(PayloadCompression compression, int level) {
        if (deflateInit2(&stream, level, Z_DEFLATED, window_of(compression), zlib_memory_level, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            throw std::bad_alloc();
    }
    ~ZlibDeflater() { deflateEnd(&stream); }
    ZlibDeflater(const ZlibDeflater&) = delete;
    ZlibDeflater& operator=(const ZlibDeflater&) = delete;

    z_stream stream{};
};

struct ZstdContextDeleter {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
};

ZSTD_DCtx* zstd_inflater() {
    thread_local const std::unique_ptr<ZSTD_DCtx, ZstdContextDeleter> context(ZSTD_createDCtx());
    if (!context) throw std::bad_alloc();
    return context.get();
}

std::string deflated(std::string_view payload, PayloadCompression compression, int level) {
    ZlibDeflater deflater(compression, level);
    z_stream& stream = deflater.stream;
    std::string out(deflateBound(&stream, payload.size()), '\0');
    std::size_t read = 0;
    std::size_t written = 0;
    int result = Z_OK;
    while (result != Z_STREAM_END) {
        const std::size_t input = std::min(piece, payload.size() - read);
        const std::size_t room = std::min(piece, out.size() - written);
        // zlib does not write through next_in.
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data() + read));
        stream.avail_in = static_cast<uInt>(input);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
        stream.avail_out = static_cast<uInt>(room);
        result = deflate(&stream, read + input == payload.size() ? Z_FINISH : Z_NO_FLUSH);
        if (result == Z_STREAM_ERROR || result == Z_BUF_ERROR) throw std::logic_error("zlib: deflate made no progress");
        read += input - stream.avail_in;
        written += room - stream.avail_out;
    }
    out.resize(written);
    return out;
}

std::string zstd(std::string_view payload, int level) {
    const std::unique_ptr<ZSTD_CCtx, ZstdContextDeleter> context(ZSTD_createCCtx());
    if (!context) throw std::bad_alloc();
    std::string out(ZSTD_compressBound(payload.size()), '\0');
    const std::size_t size =
        ZSTD_compressCCtx(context.get(), out.data(), out.size(), payload.data(), payload.size(), level);
    if (ZSTD_isError(size)) throw std::runtime_error(fmt::format("zstd: {}", ZSTD_getErrorName(size)));
    out.resize(size);
    return out;
}

MessageError invalid(std::string_view kind, std::string_view problem) {
    return {"invalid_compression", fmt::format("the {} payload cannot be inflated: {}", kind, problem)};
}

}  // namespace

struct PayloadInflater::Stream {
    ZlibInflater inflater{PayloadCompression::zlib_stream};
    std::string parts;  ///< Of a message that is not whole yet, as they came.
};

PayloadInflater::PayloadInflater(PayloadCompression compression, std::size_t limit)
    : compression_(compression), limit_(limit) {
    if (compression_ == PayloadCompression::zlib_stream) stream_ = std::make_unique<Stream>();
}

PayloadInflater::~PayloadInflater() = default;

bool begins_compressed(std::string_view payload, PayloadCompression compression) noexcept {
    switch (compression) {
        case PayloadCompression::gzip:
            return payload.starts_with(gzip_magic);
        case PayloadCompression::zstd:
            return payload.starts_with(zstd_magic);
        case PayloadCompression::zlib:
            return begins_as_zlib(payload);
        case PayloadCompression::none:
        case PayloadCompression::raw_deflate:
        case PayloadCompression::zlib_stream:
            break;
    }
    return false;
}

bool is_compressed(std::string_view payload, bool binary, PayloadCompression compression) noexcept {
    switch (compression) {
        case PayloadCompression::none:
            return false;
        case PayloadCompression::gzip:
        case PayloadCompression::zstd:
            return begins_compressed(payload, compression);  // No UTF-8 begins so.
        case PayloadCompression::zlib:
            return binary && begins_compressed(payload, compression);
        case PayloadCompression::raw_deflate:
        case PayloadCompression::zlib_stream:
            break;
    }
    return binary;
}

std::optional<MessageError> PayloadInflater::inflate(std::string_view payload, std::string_view& inflated) {
    std::size_t size = 0;
    std::optional<MessageError> error;
    if (compression_ == PayloadCompression::zstd)
        error = inflate_zstd(payload, size);
    else if (compression_ == PayloadCompression::zlib_stream)
        error = inflate_part(payload, size);
    else
        error = inflate_zlib(payload, size);
    if (!error) inflated = {buffer_.get(), size};
    return error;
}

void PayloadInflater::release() noexcept {
    if (capacity_ <= kept_capacity) return;
    buffer_.reset();
    capacity_ = 0;
}

void PayloadInflater::reserve(std::size_t capacity, std::size_t kept) {
    if (capacity <= capacity_) return;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (kept > 0) std::memcpy(larger.get(), buffer_.get(), kept);
    buffer_ = std::move(larger);
    capacity_ = capacity;
}

MessageError PayloadInflater::too_large() const {
    return {"too_large", fmt::format("the payload inflates to more than {} bytes (max_message_size)", limit_)};
}

/// A first guess at what the payload inflates to.
void PayloadInflater::reserve_for(std::string_view payload) {
    reserve(std::min(most_capacity(), std::max(least_capacity, payload.size() * 4)), 0);
}

/// One call of zlib, from where payload was read up to, into where the buffer was written up to. Returns its result.
int PayloadInflater::inflate_piece(z_stream_s& stream, std::string_view payload, int flush, std::size_t& read,
                                   std::size_t& size) {
    if (size == capacity_) reserve(std::min(most_capacity(), capacity_ * 2), size);
    const std::size_t input = std::min(piece, payload.size() - read);
    const std::size_t room = std::min(piece, capacity_ - size);
    // zlib does not write through next_in.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data() + read));
    stream.avail_in = static_cast<uInt>(input);
    stream.next_out = reinterpret_cast<Bytef*>(buffer_.get() + size);
    stream.avail_out = static_cast<uInt>(room);
    const int result = ::inflate(&stream, flush);
    read += input - stream.avail_in;
    size += room - stream.avail_out;
    return result;
}

std::optional<MessageError> PayloadInflater::inflate_zlib(std::string_view payload, std::size_t& size) {
    z_stream& stream = inflater_of_thread(compression_);
    const std::string_view kind = name_of(compression_);
    reserve_for(payload);
    std::size_t read = 0;
    for (;;) {
        const int result = inflate_piece(stream, payload, Z_NO_FLUSH, read, size);
        if (size > limit_) return too_large();
        if (result == Z_STREAM_END) {
            if (read == payload.size()) return std::nullopt;
            // RFC 1952 section 2.2: members follow one another.
            if (compression_ != PayloadCompression::gzip ||
                !begins_compressed(payload.substr(read), PayloadCompression::gzip))
                return invalid(kind, fmt::format("bytes after its end, at byte {}", read));
            inflateReset(&stream);
            continue;
        }
        if (result != Z_OK && result != Z_BUF_ERROR)
            return invalid(kind, stream.msg != nullptr ? std::string(stream.msg) : fmt::format("not {}", kind));
        if (read == payload.size() && size < capacity_) return invalid(kind, "it ends too early");
    }
}

/// What comes is a part of the stream, up to a mark: a message whose mark is in a later one is nothing until then.
std::optional<MessageError> PayloadInflater::inflate_part(std::string_view payload, std::size_t& size) {
    if (broken_) return invalid(name_of(compression_), "what came before it is damaged");
    awaits_more_ = false;
    std::string& parts = stream_->parts;
    if (!payload.ends_with(flush_mark)) {
        if (parts.size() + payload.size() > limit_) {
            broken_ = true;
            return too_large();
        }
        parts += payload;
        awaits_more_ = true;
        return std::nullopt;
    }
    if (!parts.empty()) {
        parts += payload;
        payload = parts;
    }
    z_stream& stream = stream_->inflater.stream;
    reserve_for(payload);
    std::size_t read = 0;
    std::optional<MessageError> error;
    while (!error) {
        const int result = inflate_piece(stream, payload, Z_SYNC_FLUSH, read, size);
        if (size > limit_)
            error = too_large();
        else if (result != Z_OK && result != Z_BUF_ERROR)
            error = invalid(name_of(compression_), result == Z_STREAM_END  ? "the stream ends"
                                                   : stream.msg != nullptr ? stream.msg
                                                                           : "it is none");
        else if (read == payload.size() && size < capacity_)
            break;
    }
    std::string().swap(parts);
    broken_ = error.has_value();
    return error;
}

std::optional<MessageError> PayloadInflater::inflate_zstd(std::string_view payload, std::size_t& size) {
    const unsigned long long declared = ZSTD_getFrameContentSize(payload.data(), payload.size());
    if (declared == ZSTD_CONTENTSIZE_ERROR) return invalid("zstd", "its header is not complete");
    const bool is_declared = declared != ZSTD_CONTENTSIZE_UNKNOWN;
    if (is_declared && declared > limit_) return too_large();
    std::size_t capacity = is_declared ? static_cast<std::size_t>(declared) : payload.size() * 4;
    // In one go into a buffer that grows by trial: a window as large as the frame asks for is never allocated.
    for (capacity = std::min(limit_, std::max(least_capacity, capacity));; capacity = std::min(limit_, capacity * 2)) {
        reserve(capacity, 0);
        const std::size_t result = ZSTD_decompressDCtx(zstd_inflater(), buffer_.get(), std::min(capacity_, limit_),
                                                       payload.data(), payload.size());
        if (!ZSTD_isError(result)) {
            size = result;
            return std::nullopt;
        }
        if (ZSTD_getErrorCode(result) != ZSTD_error_dstSize_tooSmall) return invalid("zstd", ZSTD_getErrorName(result));
        if (capacity_ >= limit_) return too_large();
    }
}

bool compress_payload(std::string& payload, bool binary, const PayloadCompressionSettings& settings) {
    if (settings.compression == PayloadCompression::none || settings.compression == PayloadCompression::zlib_stream)
        return false;
    const bool ambiguous = is_compressed(payload, binary, settings.compression);
    if (payload.size() < settings.threshold && !ambiguous) return false;
    std::string compressed = settings.compression == PayloadCompression::zstd
                                 ? zstd(payload, settings.level)
                                 : deflated(payload, settings.compression, settings.level);
    if (compressed.size() >= payload.size() && !ambiguous) return false;
    payload = std::move(compressed);
    return true;
}

}  // namespace laminar
