#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/rows/message.h"

namespace laminar {

/// How whole payloads are compressed: gzip (RFC 1952) or Zstandard (RFC 8878).
enum class PayloadCompression : std::uint8_t { none, gzip, zstd };

/// Whether a payload begins as its compressed form does; never for none.
[[nodiscard]] bool begins_compressed(std::string_view payload, PayloadCompression compression) noexcept;

/// Inflates payloads, each by itself. Not thread-safe; keeps no more than a little memory between messages.
class PayloadInflater {
public:
    /// limit: bytes a payload may have when inflated. However much it claims to hold, no more than about that much is
    /// allocated or worked on.
    PayloadInflater(PayloadCompression compression, std::size_t limit) : compression_(compression), limit_(limit) {}

    /// Inflates a payload that begins_compressed. inflated is valid until the next call. Errors: too_large,
    /// invalid_compression.
    std::optional<MessageError> inflate(std::string_view payload, std::string_view& inflated);
    /// Done with inflated: gives memory back when it was much.
    void release() noexcept;

private:
    std::optional<MessageError> inflate_gzip(std::string_view payload, std::size_t& size);
    std::optional<MessageError> inflate_zstd(std::string_view payload, std::size_t& size);
    void reserve(std::size_t capacity, std::size_t kept);
    [[nodiscard]] MessageError too_large() const;

    PayloadCompression compression_;
    std::size_t limit_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
};

struct PayloadCompressionSettings {
    PayloadCompression compression = PayloadCompression::none;
    int level = 0;              ///< 1 to 9 for gzip, 1 to 22 for zstd.
    std::size_t threshold = 0;  ///< Smaller payloads stay as they are. Bytes.
};

/// Replaces the payload by its compressed form and returns true, if that is shorter. A payload that begins like a
/// compressed one is always compressed, so that the receiver inflates it to what it was.
[[nodiscard]] bool compress_payload(std::string& payload, const PayloadCompressionSettings& settings);

}  // namespace laminar
