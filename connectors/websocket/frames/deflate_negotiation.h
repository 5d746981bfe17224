#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace laminar {

/// What RFC 7692 section 7.1 demands of a negotiation of permessage-deflate and Beast does not see to. Arguments are
/// values of Sec-WebSocket-Extensions.

/// Whether a server can accept the offer: a client that can inflate no more than a window of 2^8 bytes asks for what
/// zlib cannot do.
[[nodiscard]] bool is_feasible_offer(std::string_view offer);

/// What is wrong with a server's reply, as a client that offered so many window bits (nothing: none was offered) must
/// judge it. nullopt: it can be used.
[[nodiscard]] std::optional<std::string> check_extensions_reply(std::string_view reply,
                                                                std::optional<int> offered_window_bits);

}  // namespace laminar
