#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/rows/message.h"

struct z_stream_s;  // zlib's, which only the implementation needs.

namespace laminar {

/// How whole payloads are compressed: gzip (RFC 1952), Zstandard (RFC 8878), zlib (RFC 1950), DEFLATE alone (RFC 1951),
/// or as parts of one zlib stream that all messages of a peer make up.
enum class PayloadCompression : std::uint8_t { none, gzip, zstd, zlib, raw_deflate, zlib_stream };

/// Whether a payload begins as its compressed form does, where that has a mark; never for none.
[[nodiscard]] bool begins_compressed(std::string_view payload, PayloadCompression compression) noexcept;
/// Whether a message that comes is compressed: by its mark (texts can begin with that of zlib, so that those are
/// never), or, of what has none, as all that are binary.
[[nodiscard]] bool is_compressed(std::string_view payload, bool binary, PayloadCompression compression) noexcept;

/// Inflates payloads, each by itself, or as parts of the one stream. Not thread-safe; keeps no more than a little
/// memory between messages.
class PayloadInflater {
public:
    /// limit: bytes a payload may have when inflated. However much it claims to hold, no more than about that much is
    /// allocated or worked on.
    PayloadInflater(PayloadCompression compression, std::size_t limit);
    ~PayloadInflater();
    PayloadInflater(const PayloadInflater&) = delete;
    PayloadInflater& operator=(const PayloadInflater&) = delete;

    /// Inflates a payload that is_compressed. inflated is valid until the next call. Errors: too_large,
    /// invalid_compression. A stream that has had one cannot go on (is_broken).
    std::optional<MessageError> inflate(std::string_view payload, std::string_view& inflated);
    [[nodiscard]] bool is_broken() const noexcept { return broken_; }
    /// The last payload was a part of a message that goes on in the next: there is nothing inflated.
    [[nodiscard]] bool awaits_more() const noexcept { return awaits_more_; }
    /// Done with inflated: gives memory back when it was much.
    void release() noexcept;

private:
    std::optional<MessageError> inflate_zlib(std::string_view payload, std::size_t& size);
    std::optional<MessageError> inflate_part(std::string_view payload, std::size_t& size);
    std::optional<MessageError> inflate_zstd(std::string_view payload, std::size_t& size);
    int inflate_piece(z_stream_s& stream, std::string_view payload, int flush, std::size_t& read, std::size_t& size);
    void reserve_for(std::string_view payload);
    void reserve(std::size_t capacity, std::size_t kept);
    /// One byte more than allowed tells too much from just enough.
    [[nodiscard]] std::size_t most_capacity() const noexcept { return limit_ + 1; }
    [[nodiscard]] MessageError too_large() const;

    PayloadCompression compression_;
    std::size_t limit_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    struct Stream;
    std::unique_ptr<Stream> stream_;  ///< Of zlib_stream.
    bool broken_ = false;
    bool awaits_more_ = false;
};

struct PayloadCompressionSettings {
    PayloadCompression compression = PayloadCompression::none;
    int level = 0;              ///< 1 to 22 for zstd, 1 to 9 for the others.
    std::size_t threshold = 0;  ///< Smaller payloads stay as they are. Bytes.
};

/// Replaces the payload by its compressed form and returns true, if that is shorter. A payload that begins like a
/// compressed one is always compressed, so that the receiver inflates it to what it was; where compressed ones have no
/// mark, one that is sent as bytes (binary) is.
[[nodiscard]] bool compress_payload(std::string& payload, bool binary, const PayloadCompressionSettings& settings);

}  // namespace laminar
