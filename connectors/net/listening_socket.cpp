#include "connectors/net/listening_socket.h"

#include <fmt/format.h>

#include <boost/asio/ip/v6_only.hpp>

#include "connectors/net/name_resolution.h"

namespace laminar {

bool start_listening(boost::asio::ip::tcp::acceptor& acceptor, const boost::asio::ip::tcp::endpoint& address,
                     std::string& problem) {
    using boost::asio::ip::tcp;
    boost::system::error_code error;
    acceptor.open(address.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && address.address().is_v6()) acceptor.set_option(boost::asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(address, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) return true;
    problem = fmt::format("cannot listen on {}: {}", address_text(address), error.message());
    boost::system::error_code ignored;
    acceptor.close(ignored);
    return false;
}

}  // namespace laminar
