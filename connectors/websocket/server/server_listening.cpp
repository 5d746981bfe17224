#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <exception>

#include "connectors/net/exception_text.h"
#include "connectors/net/io_runtime.h"
#include "connectors/net/listening_socket.h"
#include "connectors/websocket/server/websocket_server.h"

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;

/// What it needs to open. Only while it does not listen.
net::awaitable<bool> WebSocketServer::get_ready(OptionProblem& problem) {
    if (is_ready_ && address_.is_held()) co_return true;
    if (!take_secrets(problem)) co_return false;
    problem.event = "invalid_option";
    if (!admission_.prepare(*resolved_, problem.description)) co_return false;
    is_ready_ = co_await address_.take(resolved_->host, options_->port, options_->connect_timeout);
    if (!is_ready_) {
        problem = {"listen_failed", address_.problem()};
        co_return false;
    }
    co_return true;
}

net::awaitable<void> WebSocketServer::report_readiness(std::function<void(Readiness)> done) {
    Readiness readiness;
    try {
        OptionProblem problem;
        const bool is_ready = co_await get_ready(problem);
        if (!is_ready) {
            readiness.problem = problem.description;
            if (address_.is_taken()) readiness.taken_port = options_->port;
        }
    } catch (...) {
        readiness.problem = "internal error: " + exception_text(std::current_exception());
    }
    done(std::move(readiness));
}

net::awaitable<void> WebSocketServer::listen() {
    std::exception_ptr escaped;
    try {
        if (!is_ready_) journal_.set_state(ConnectionState::connecting);
        OptionProblem problem;
        const bool is_ready = co_await get_ready(problem);
        if (is_ready) {
            co_await accept_clients();
        } else if (!stopping_.load()) {
            fail(problem.event, problem.description);
            opened_.store(false);
        }
    } catch (...) {
        escaped = std::current_exception();
    }
    address_.give_up();
    is_ready_ = false;
    listening_ = false;
    closed_event_.notify();
    if (escaped) bring_down("internal error: " + exception_text(escaped));
}

net::awaitable<void> WebSocketServer::stop_listening(std::function<void(bool)> done) {
    const bool has_it = listening_ && address_.is_held();
    if (has_it) address_.give_up();
    while (listening_) co_await closed_event_.wait();
    done(has_it);
}

net::awaitable<void> WebSocketServer::listen_again(std::function<void(std::string)> done) {
    is_ready_ = address_.take_back();
    std::string problem = is_ready_ ? std::string() : address_.problem();
    if (!is_ready_) fail("listen_failed", problem);
    done(std::move(problem));
    if (is_ready_) co_await listen();
}

net::awaitable<void> WebSocketServer::accept_clients() {
    if (stopping_.load()) co_return;
    const std::string where = fmt::format("{}{}", address_text(address_.endpoint()), fmt::join(options_->path, ", "));
    port_.store(address_.endpoint().port());
    failed_.store(false);
    journal_.set_endpoint(where);
    journal_.set_connected_since(utc_now());
    is_ready_ = false;
    listening_ = true;
    journal_.set_state(ConnectionState::listening);
    const bool is_local = address_.endpoint().address().is_loopback();
    journal_.log("info", "listening",
                 fmt::format("listening on {}://{}{}", admission_.uses_tls() ? "wss" : "ws", where,
                             is_local ? " (this machine only; host = '0.0.0.0' opens it to the network)" : ""));
    const ServerAddress::Welcome welcome_if_open = [this](tcp::socket socket, const net::any_io_executor& strand) {
        if (!stopping_.load()) welcome(std::move(socket), strand);
    };
    const std::function<void(const std::string&)> report = [this](const std::string& problem) {
        journal_.error("accept_failed", problem);
    };
    co_await address_.accept_all(context_.io.context(), welcome_if_open, report);
}

}  // namespace laminar
