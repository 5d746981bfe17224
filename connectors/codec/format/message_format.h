#pragma once

#include <cstdint>

namespace laminar {

/// How the messages of a connection are read and written (option format).
enum class MessageFormat : std::uint8_t { json, text, binary, msgpack, cbor, protobuf, debezium_json };

/// Whether messages are made into JSON when they come, and JSON into them when they go (PayloadTranslator).
[[nodiscard]] constexpr bool is_translated(MessageFormat format) noexcept {
    return format == MessageFormat::msgpack || format == MessageFormat::cbor || format == MessageFormat::protobuf;
}

/// Whether messages are changes of rows, with what was before and what is after.
[[nodiscard]] constexpr bool is_change(MessageFormat format) noexcept { return format == MessageFormat::debezium_json; }

}  // namespace laminar
