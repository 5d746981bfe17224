#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace laminar {

/// Looks up the addresses of a host, giving up at a deadline or when told. The system's look-up itself cannot be
/// interrupted: it is left behind. Belongs to its strand.
class NameResolution {
public:
    NameResolution(const boost::asio::any_io_executor& strand, std::string host, std::uint16_t port);

    /// Addresses in the order to be tried; empty with error set otherwise.
    boost::asio::awaitable<std::vector<boost::asio::ip::tcp::endpoint>> run(std::chrono::milliseconds deadline,
                                                                            boost::system::error_code& error);
    void abort();

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// "127.0.0.1:80", "[::1]:80".
[[nodiscard]] std::string address_text(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace laminar
