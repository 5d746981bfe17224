#pragma once

#include <boost/system/error_code.hpp>
#include <string>

namespace laminar {

/// A connection error in words for users: refused, reset, closed without a close frame, not WebSocket, too big ...
[[nodiscard]] std::string describe_stream_error(const boost::system::error_code& error);
/// Whether the peer broke the protocol (or sent too much): the connection was ended by us.
[[nodiscard]] bool is_protocol_violation(const boost::system::error_code& error) noexcept;
[[nodiscard]] bool is_header_too_large(const boost::system::error_code& error) noexcept;
/// Whether what came is not HTTP at all.
[[nodiscard]] bool is_malformed_http(const boost::system::error_code& error) noexcept;
[[nodiscard]] bool is_closed_by_peer(const boost::system::error_code& error) noexcept;

}  // namespace laminar
