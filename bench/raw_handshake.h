#pragma once

#include <string>
#include <string_view>

namespace laminar::bench {

/// The opening handshake of RFC 6455, section 4, for peers that do without Beast: what they send after it is their own.
[[nodiscard]] std::string_view handshake_request();
/// The answer to a client's head; empty when it asks for no WebSocket.
[[nodiscard]] std::string handshake_answer(std::string_view request_head);

}  // namespace laminar::bench
