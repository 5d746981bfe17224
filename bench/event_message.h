#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace laminar::bench {

/// The message that performance figures are about: 174 bytes of JSON, 7 fields, one of them an object; its time is
/// number milliseconds after the start of a day. number below 86,400,000.
[[nodiscard]] std::string event_message(std::uint32_t number);

/// An unmasked or masked text frame with that payload (RFC 6455 section 5.2).
[[nodiscard]] std::string text_frame(std::string_view payload, bool masked = false);

}  // namespace laminar::bench
