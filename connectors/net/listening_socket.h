#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <string>

namespace laminar {

/// Binds the acceptor to the address and listens; "::" takes IPv4 peers, too. An error, with the acceptor closed, when
/// that is not possible; problem says why.
[[nodiscard]] boost::system::error_code start_listening(boost::asio::ip::tcp::acceptor& acceptor,
                                                        const boost::asio::ip::tcp::endpoint& address,
                                                        std::string& problem);

}  // namespace laminar
