#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace laminar {

enum class FrameOpcode : std::uint8_t { text = 1, binary = 2, close = 8 };

/// A whole frame, final and not compressed (RFC 6455 section 5.2), for what is said when Beast writes no more. masked:
/// by a client. Thread-safe.
[[nodiscard]] std::string make_frame(FrameOpcode opcode, std::string_view payload, bool masked);
/// A close frame with a code and no reason.
[[nodiscard]] std::string make_close_frame(std::uint16_t code, bool masked);

}  // namespace laminar
