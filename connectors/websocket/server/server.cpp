#include "connectors/websocket/server/server.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "connectors/net/listening_socket.h"
#include "connectors/net/name_resolution.h"
#include "connectors/websocket/options/option_schema.h"
#include "connectors/websocket/server/websocket_server.h"

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

/// While rows wait for one that may become slow.
constexpr std::chrono::milliseconds look_at_slow_clients_every{50};

}  // namespace

SendOutcome WebSocketServer::send(OutgoingMessage message) {
    const ConnectionState state = journal_.state();
    if (handing_over()) return SendOutcome::full;
    if (state == ConnectionState::failed) return SendOutcome::failed;
    if (stopping_.load() || state != ConnectionState::listening) return SendOutcome::not_connected;
    std::uint64_t dropped = 0;
    SendOutcome outcome = clients_.send(message, dropped);
    const bool names_another =
        !message.peer.empty() && message.session && message.peer != ServerClient::client_id_of(*message.session);
    if (outcome == SendOutcome::no_such_session && !names_another && has_been(*message.session))
        outcome = SendOutcome::session_ended;
    if (outcome == SendOutcome::full && options_->slow_client != SlowClientPolicy::block) look_again_soon();
    if (dropped == 0) return outcome;
    if (clients_.size() == 0)
        journal_.drop(dropped, "no client is connected (broadcast)", "info");
    else
        journal_.drop(dropped, "a client reads too slowly, its queue is full (slow_client)");
    return outcome;
}

void WebSocketServer::fail(const std::string& event, const std::string& problem) {
    journal_.error(event, problem);
    (void)inputs_.report_connection_error(problem, {});
    journal_.set_state(ConnectionState::failed);
}

net::awaitable<void> WebSocketServer::fail_connection(std::string reason) {
    journal_.error("failed", reason);
    journal_.set_state(ConnectionState::failed, reason);
    address_.give_up();
    tasks_.stop(TaskGroup::Stop::graceful);
    co_return;
}

net::awaitable<void> WebSocketServer::close_within(std::chrono::milliseconds deadline, std::function<void()> done) {
    if (journal_.state() != ConnectionState::failed && journal_.state() != ConnectionState::closed) {
        journal_.set_state(ConnectionState::closing);
    }
    address_.give_up();
    const Clock::time_point due = Clock::now() + deadline;
    tasks_.stop(TaskGroup::Stop::graceful);
    bool forced = false;
    while (visits_.load() > 0 || listening_) {
        const bool woken = co_await closed_event_.wait_until(forced ? Clock::time_point::max() : due);
        if (woken || forced) continue;
        forced = true;
        tasks_.stop(TaskGroup::Stop::terminal);
    }
    closed_event_.notify();  // For another that waits to be closed.
    tasks_.reset();
    opened_.store(false);
    journal_.set_connected_since(0);
    if (journal_.state() == ConnectionState::closing) {
        journal_.set_state(ConnectionState::closed);
        journal_.log("info", "closed", "closed");
    }
    if (done) done();
}

/// A client that takes nothing makes no room that could be told of, but becomes slow with time.
void WebSocketServer::look_again_soon() {
    if (retry_planned_.exchange(true)) return;
    tasks_.spawn(strand_, tell_senders_to_try(), [this](TaskGroup::Stop) { retry_event_.notify(); });
}

net::awaitable<void> WebSocketServer::tell_senders_to_try() {
    (void)co_await retry_event_.wait_until(Clock::now() + look_at_slow_clients_every);
    retry_planned_.store(false);
    journal_.changed();
}

net::awaitable<void> WebSocketServer::run_test(std::function<void(std::vector<ConnectionTestStep>)> done) {
    const Clock::time_point start = Clock::now();
    ConnectionTestStep step{"bind", false, {}, {}};
    boost::system::error_code error;
    OptionProblem problem;
    const auto options = resolve_options(websocket_option_schema(), *options_, context_.secrets, problem);
    if (!options) {
        step.detail = journal_.redact(problem.description);
    } else if (listening_) {
        step.ok = true;
        step.detail = "listening on " + address_text(address_.endpoint());
    } else {
        NameResolution resolution(strand_, options->host, options->port);
        const std::vector<tcp::endpoint> addresses = co_await resolution.run(options_->connect_timeout, error);
        if (error || addresses.empty()) {
            step.detail = fmt::format("cannot resolve host \"{}\": {}", options_->host, error.message());
        } else {
            tcp::acceptor trial(strand_);
            step.ok = !start_listening(trial, addresses.front(), step.detail);
            if (step.ok) step.detail = address_text(trial.local_endpoint(error)) + " is free";
        }
    }
    step.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    std::vector<ConnectionTestStep> steps;
    steps.push_back(std::move(step));
    done(std::move(steps));
}

std::unique_ptr<Connection> make_websocket_server(std::string name, std::shared_ptr<const WebSocketOptions> options,
                                                  const ConnectionContext& context) {
    return std::make_unique<WebSocketServer>(std::move(name), std::move(options), context);
}

}  // namespace laminar
