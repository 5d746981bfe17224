#pragma once

#include <cstdint>

namespace laminar {

/// How the messages of a connection are read and written (option format).
enum class MessageFormat : std::uint8_t { json, text, binary };

}  // namespace laminar
