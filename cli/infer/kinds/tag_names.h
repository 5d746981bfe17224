#pragma once

#include <string_view>

namespace laminar {

/// Whether fields of that name usually say what kind of message one is.
[[nodiscard]] bool names_kind(std::string_view name);

/// How much of a text that begins with the name of a channel, topic or stream is that name, with the separator behind
/// it: "trades." of "trades.BTC"; 0 where there is no such separator.
[[nodiscard]] std::size_t topic_length(std::string_view text);

}  // namespace laminar
