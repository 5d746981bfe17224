#include "connectors/net/listening_socket.h"

#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <string_view>

#include "connectors/net/name_resolution.h"

namespace laminar {

boost::system::error_code start_listening(boost::asio::ip::tcp::acceptor& acceptor,
                                          const boost::asio::ip::tcp::endpoint& address, std::string& problem) {
    using boost::asio::ip::tcp;
    boost::system::error_code error;
    acceptor.open(address.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && address.address().is_v6()) acceptor.set_option(boost::asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(address, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) return error;
    std::string_view advice;
    if (error == boost::asio::error::address_in_use)
        advice = " (end the program that has the port, choose another port, or let the system choose one: port = 0)";
    else if (error == boost::asio::error::access_denied)
        advice = " (ports below 1024 need a privilege; choose a higher port)";
    else if (error == boost::system::errc::address_not_available)
        advice = " (host must be an address of this machine, 0.0.0.0 or ::)";
    problem = fmt::format("cannot listen on {}: {}{}", address_text(address), error.message(), advice);
    boost::system::error_code ignored;
    acceptor.close(ignored);
    return error;
}

}  // namespace laminar
