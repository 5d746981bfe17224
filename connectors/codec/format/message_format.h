#pragma once

#include <cstdint>

namespace laminar {

/// How the messages of a connection are read and written (option format).
enum class MessageFormat : std::uint8_t { json, text, binary, msgpack, cbor };

/// Whether messages are made into JSON when they come, and JSON into them when they go (PayloadTranslator).
[[nodiscard]] constexpr bool is_translated(MessageFormat format) noexcept {
    return format == MessageFormat::msgpack || format == MessageFormat::cbor;
}

}  // namespace laminar
