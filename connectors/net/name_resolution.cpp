#include "connectors/net/name_resolution.h"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;

struct NameResolution::State {
    State(const net::any_io_executor& strand, std::string host_name, std::uint16_t port_number)
        : resolver(strand), timer(strand), host(std::move(host_name)), port(port_number) {}
    tcp::resolver resolver;
    net::steady_timer timer;
    std::string host;
    std::uint16_t port;
    bool done = false;
    boost::system::error_code error = net::error::timed_out;
    std::vector<tcp::endpoint> addresses;
};

NameResolution::NameResolution(const net::any_io_executor& strand, std::string host, std::uint16_t port)
    : state_(std::make_shared<State>(strand, std::move(host), port)) {}

net::awaitable<std::vector<tcp::endpoint>> NameResolution::run(std::chrono::milliseconds deadline,
                                                               boost::system::error_code& error) {
    const std::shared_ptr<State> state = state_;
    boost::system::error_code not_literal;
    const net::ip::address literal = net::ip::make_address(state->host, not_literal);
    if (!not_literal) {
        error = {};
        state->addresses.emplace_back(literal, state->port);
        co_return state->addresses;
    }
    state->timer.expires_after(deadline);
    state->resolver.async_resolve(
        state->host, std::to_string(state->port), tcp::resolver::numeric_service,
        [state](const boost::system::error_code& result, const tcp::resolver::results_type& entries) {
            if (state->done) return;
            state->done = true;
            state->error = result;
            for (const auto& entry : entries) state->addresses.push_back(entry.endpoint());
            state->timer.cancel();
        });
    boost::system::error_code ignored;
    co_await state->timer.async_wait(net::redirect_error(net::use_awaitable, ignored));
    state->done = true;
    error = state->error;
    co_return state->addresses;
}

void NameResolution::abort() {
    if (state_->done) return;
    state_->done = true;
    state_->error = net::error::operation_aborted;
    state_->timer.cancel();
}

std::string address_text(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                      : fmt::format("{}:{}", address, endpoint.port());
}

}  // namespace laminar
