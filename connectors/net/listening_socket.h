#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

namespace laminar {

/// Binds the acceptor to the address and listens; "::" takes IPv4 peers, too. False, with the acceptor closed, when
/// that is not possible; problem says why.
[[nodiscard]] bool start_listening(boost::asio::ip::tcp::acceptor& acceptor,
                                   const boost::asio::ip::tcp::endpoint& address, std::string& problem);

}  // namespace laminar
