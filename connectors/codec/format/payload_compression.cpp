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
// windowBits of zlib: the largest window, plus 16 for the gzip wrapper.
constexpr int gzip_window = 15 + 16;
constexpr int zlib_memory_level = 8;

std::string_view magic_of(PayloadCompression compression) noexcept {
    return compression == PayloadCompression::gzip ? gzip_magic : zstd_magic;
}

/// zlib's state for inflating, one a thread: each payload is inflated in one go, and the state is some 40 KiB.
class GzipInflater {
public:
    GzipInflater() {
        if (inflateInit2(&stream, gzip_window) != Z_OK) throw std::bad_alloc();
    }
    ~GzipInflater() { inflateEnd(&stream); }
    GzipInflater(const GzipInflater&) = delete;
    GzipInflater& operator=(const GzipInflater&) = delete;

    z_stream stream{};
};

/// The same for deflating; the level is part of the state.
class GzipDeflater {
public:
    explicit GzipDeflater(int level) {
        if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, zlib_memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~GzipDeflater() { deflateEnd(&stream); }
    GzipDeflater(const GzipDeflater&) = delete;
    GzipDeflater& operator=(const GzipDeflater&) = delete;

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

std::string gzip(std::string_view payload, int level) {
    GzipDeflater deflater(level);
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
        if (result == Z_STREAM_ERROR || result == Z_BUF_ERROR) throw std::logic_error("gzip: deflate made no progress");
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

bool begins_compressed(std::string_view payload, PayloadCompression compression) noexcept {
    return compression != PayloadCompression::none && payload.starts_with(magic_of(compression));
}

std::optional<MessageError> PayloadInflater::inflate(std::string_view payload, std::string_view& inflated) {
    std::size_t size = 0;
    std::optional<MessageError> error =
        compression_ == PayloadCompression::gzip ? inflate_gzip(payload, size) : inflate_zstd(payload, size);
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

std::optional<MessageError> PayloadInflater::inflate_gzip(std::string_view payload, std::size_t& size) {
    thread_local GzipInflater inflater;
    z_stream& stream = inflater.stream;
    inflateReset(&stream);
    // One byte more than allowed tells too much from just enough.
    const std::size_t most = limit_ + 1;
    reserve(std::min(most, std::max(least_capacity, payload.size() * 4)), 0);
    std::size_t read = 0;
    for (;;) {
        if (size == capacity_) reserve(std::min(most, capacity_ * 2), size);
        const std::size_t input = std::min(piece, payload.size() - read);
        const std::size_t room = std::min(piece, capacity_ - size);
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data() + read));
        stream.avail_in = static_cast<uInt>(input);
        stream.next_out = reinterpret_cast<Bytef*>(buffer_.get() + size);
        stream.avail_out = static_cast<uInt>(room);
        const int result = ::inflate(&stream, Z_NO_FLUSH);
        read += input - stream.avail_in;
        size += room - stream.avail_out;
        if (size > limit_) return too_large();
        if (result == Z_STREAM_END) {
            if (read == payload.size()) return std::nullopt;
            // RFC 1952 section 2.2: members follow one another.
            if (!begins_compressed(payload.substr(read), PayloadCompression::gzip))
                return invalid("gzip", fmt::format("bytes after its end, at byte {}", read));
            inflateReset(&stream);
            continue;
        }
        if (result != Z_OK && result != Z_BUF_ERROR)
            return invalid("gzip", stream.msg != nullptr ? stream.msg : "not gzip");
        if (read == payload.size() && size < capacity_) return invalid("gzip", "it ends too early");
    }
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

bool compress_payload(std::string& payload, const PayloadCompressionSettings& settings) {
    if (settings.compression == PayloadCompression::none) return false;
    const bool ambiguous = begins_compressed(payload, settings.compression);
    if (payload.size() < settings.threshold && !ambiguous) return false;
    std::string compressed = settings.compression == PayloadCompression::gzip ? gzip(payload, settings.level)
                                                                              : zstd(payload, settings.level);
    if (compressed.size() >= payload.size() && !ambiguous) return false;
    payload = std::move(compressed);
    return true;
}

}  // namespace laminar
