#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <string>

namespace laminar {

/// What an HTTP proxy answered to CONNECT.
struct ProxyReply {
    int status = 0;  ///< 0: it did not answer with HTTP.
    std::string reason;
    std::string retry_after;  ///< That header; empty without one.
};

/// Asks the proxy at the other end of the socket for a tunnel (CONNECT, RFC 9110 section 9.3.6). authority: host:port,
/// IPv6 in brackets. authorization: value of Proxy-Authorization, or empty. An error when the exchange failed or was
/// refused: reply tells which. Has no time limit: the caller closes the socket.
boost::asio::awaitable<boost::system::error_code> open_proxy_tunnel(boost::asio::ip::tcp::socket& socket,
                                                                    const std::string& authority,
                                                                    const std::string& authorization,
                                                                    ProxyReply& reply);

}  // namespace laminar
