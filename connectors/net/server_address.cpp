#include "connectors/net/server_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <vector>

#include "connectors/net/listening_socket.h"

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds first_accept_backoff{20};
constexpr std::chrono::milliseconds longest_accept_backoff{1'000};

}  // namespace

ServerAddress::ServerAddress(const net::any_io_executor& strand)
    : strand_(strand), acceptor_(strand), given_up_(strand) {}

net::awaitable<bool> ServerAddress::take(const std::string& host, std::uint16_t port,
                                         std::chrono::milliseconds time_to_resolve) {
    if (is_held()) co_return true;
    const auto resolution = std::make_shared<NameResolution>(strand_, host, port);
    resolution_ = resolution;
    boost::system::error_code error;
    const std::vector<tcp::endpoint> addresses = co_await resolution->run(time_to_resolve, error);
    if (resolution_ != resolution) {
        problem_ = "aborted";
        co_return false;
    }
    resolution_.reset();
    if (error || addresses.empty()) problem_ = fmt::format("cannot resolve host \"{}\": {}", host, error.message());
    is_taken_ = false;
    for (const tcp::endpoint& address : addresses) {
        error = start_listening(acceptor_, address, problem_);
        is_taken_ = is_taken_ || error == net::error::address_in_use;
        if (error) continue;
        endpoint_ = acceptor_.local_endpoint(error);
        co_return true;
    }
    co_return false;
}

bool ServerAddress::take_back() { return !start_listening(acceptor_, endpoint_, problem_); }

void ServerAddress::give_up() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    if (resolution_) std::exchange(resolution_, nullptr)->abort();
    given_up_.notify();
}

net::awaitable<void> ServerAddress::accept_all(net::io_context& io, Welcome welcome,
                                               std::function<void(const std::string&)> on_problem) {
    std::chrono::milliseconds backoff = first_accept_backoff;
    while (is_held()) {
        const net::any_io_executor strand = net::make_strand(io);
        boost::system::error_code error;
        tcp::socket socket = co_await acceptor_.async_accept(strand, net::redirect_error(net::use_awaitable, error));
        if (!is_held()) co_return;
        if (!error) {
            backoff = first_accept_backoff;
            welcome(std::move(socket), strand);
            continue;
        }
        // A client that left before it was accepted is its own business.
        if (error == net::error::connection_aborted || error == net::error::connection_reset) continue;
        // Most likely out of file descriptors: serve those who are in, and try again.
        on_problem(fmt::format("cannot accept a client: {}; next try in {} ms", error.message(), backoff.count()));
        const Clock::time_point due = Clock::now() + backoff;
        while (is_held() && Clock::now() < due) co_await given_up_.wait_until(due);
        backoff = std::min(backoff * 2, longest_accept_backoff);
    }
}

}  // namespace laminar
