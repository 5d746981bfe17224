#include "server/session/listener.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;

namespace {

constexpr std::chrono::milliseconds time_to_resolve{10'000};

}  // namespace

Listener::Listener(std::string name, const ListenAddress& address)
    : name_(std::move(name)),
      io_(1, [this](std::string_view what) { spdlog::error("{}: internal error: {}", name_, what); }),
      strand_(net::make_strand(io_.context())),
      address_(strand_),
      coroutines_([this](const std::string& what) { spdlog::error("{}: internal error: {}", name_, what); }) {
    const bool taken =
        net::co_spawn(strand_, address_.take(address.host, address.port, time_to_resolve), net::use_future).get();
    if (!taken) throw std::runtime_error(fmt::format("{}: {}", name_, address_.problem()));
}

Listener::~Listener() { (void)shut_down(std::chrono::milliseconds(0)); }

void Listener::serve(ServerAddress::Welcome welcome) {
    coroutines_.spawn(
        strand_,
        address_.accept_all(io_.context(), std::move(welcome),
                            [this](const std::string& problem) { spdlog::error("{}: {}", name_, problem); }),
        [this](TaskGroup::Stop) { address_.give_up(); });
}

bool Listener::shut_down(std::chrono::milliseconds deadline) {
    coroutines_.stop(TaskGroup::Stop::graceful);
    const bool complete = coroutines_.wait_empty(deadline);
    if (!complete) coroutines_.stop(TaskGroup::Stop::terminal);
    coroutines_.wait_empty();
    return complete;
}

std::optional<tcp::endpoint> prepare_client_socket(tcp::socket& socket) {
    boost::system::error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return std::nullopt;
    socket.set_option(tcp::no_delay(true), error);
    // A peer that has vanished is found out in minutes rather than hours.
    socket.set_option(net::socket_base::keep_alive(true), error);
    const int idle_seconds = 60;
    (void)setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
    return remote;
}

}  // namespace laminar
