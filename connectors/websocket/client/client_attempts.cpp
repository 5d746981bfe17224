#include <fmt/format.h>

#include <chrono>
#include <random>
#include <variant>

#include "connectors/net/exception_text.h"
#include "connectors/websocket/client/client_request.h"
#include "connectors/websocket/client/endpoint.h"
#include "connectors/websocket/client/websocket_client.h"

namespace laminar {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

ReconnectPolicy::Settings WebSocketClient::reconnect_settings(const WebSocketOptions& options) {
    ReconnectPolicy::Settings settings;
    settings.enabled = options.reconnect;
    settings.initial = options.reconnect_interval;
    settings.multiplier = options.reconnect_backoff_multiplier;
    settings.maximum = options.max_reconnect_interval;
    settings.max_attempts = options.max_reconnect_attempts;
    settings.give_up_close_codes = CodeRanges(options.give_up_close_codes);
    settings.give_up_http_statuses = CodeRanges(options.give_up_http_statuses);
    return settings;
}

net::awaitable<void> WebSocketClient::keep_connected() {
    std::minstd_rand random(std::random_device{}());
    std::uniform_real_distribution<double> spread(0.0, 1.0);
    ReconnectPolicy policy(reconnecting_, [&] { return spread(random); });
    while (!stopping()) {
        Round round;
        if (next_peer_)
            round = co_await go_on_elsewhere();
        else
            round = co_await try_endpoints();
        // It has failed also if it is to be closed by now: that it has must not depend on who is faster.
        if (engine_verdict_) round.connection_failure = engine_verdict_;
        if (round.connection_failure) {
            give_up(round, *round.connection_failure);
            co_return;
        }
        if (co_await awaits_next_place() && !engine_verdict_) {
            journal_.reconnect_count.fetch_add(1);
            continue;
        }
        if (stopping()) co_return;
        policy.use(reconnecting_);
        const ReconnectPolicy::Decision decision = policy.ended(round.ending);
        if (!decision.retry) {
            give_up(round, decision.reason);
            co_return;
        }
        co_await wait_to_reconnect(round, decision, policy.attempts());
        if (engine_verdict_) {
            give_up({}, *engine_verdict_);
            co_return;
        }
    }
}

net::awaitable<void> WebSocketClient::wait_to_reconnect(const Round& round, const ReconnectPolicy::Decision& decision,
                                                        std::int64_t attempt) {
    journal_.set_next_attempt(utc_now() + std::chrono::microseconds(decision.delay).count(),
                              static_cast<std::uint64_t>(attempt));
    journal_.set_state(ConnectionState::waiting_to_reconnect, round.description);
    journal_.log(
        "info", "reconnecting",
        fmt::format("attempt {} in {} ms (at most {} ms)", attempt, decision.delay.count(), decision.limit.count()));
    const Clock::time_point due = Clock::now() + decision.delay;
    while (!stopping() && !engine_verdict_ && Clock::now() < due) co_await event_.wait_until(due);
    if (!stopping() && !engine_verdict_) journal_.reconnect_count.fetch_add(1);
}

/// One attempt at each endpoint, until one works. Of failures, one that may pass decides over one that is final.
net::awaitable<WebSocketClient::Round> WebSocketClient::try_endpoints() {
    std::optional<Round> failed;
    for (std::size_t tried = 0; tried < options_->endpoint.size(); ++tried) {
        journal_.set_endpoint(shown_endpoint(options_->endpoint[endpoint_]));
        Round round = co_await connect_once(endpoint_);
        // One that works is tried first the next time, too.
        if (!round.ending.was_stable) endpoint_ = (endpoint_ + 1) % options_->endpoint.size();
        if (stopping() || round.connected_at || round.connection_failure) co_return round;
        if (!failed || ReconnectPolicy::is_final(reconnecting_, failed->ending)) failed = std::move(round);
    }
    gaps_.failed();
    co_return std::move(*failed);
}

/// Everything that is in the options takes the secrets of now.
bool WebSocketClient::prepare(ConnectFailure& failure) {
    OptionProblem problem;
    if (!take_secrets(problem)) {
        failure.event = std::move(problem.event);
        failure.description = std::move(problem.description);
        return false;
    }
    position_.set_path(resolved_->resume_field);
    reconnecting_ = reconnect_settings(*resolved_);
    return true;
}

/// Whether there is an endpoint that could be tried.
net::awaitable<void> WebSocketClient::report_readiness(std::function<void(Readiness)> done) {
    Readiness readiness;
    try {
        ConnectFailure failure;
        if (!prepare(failure)) {
            readiness.problem = std::move(failure.description);
        } else {
            for (const ComputedText& endpoint : resolved_->endpoint) {
                const auto made = make_client_request(endpoint, *resolved_, position_, context_.secrets);
                const auto* problem = std::get_if<ClientRequestProblem>(&made);
                readiness.problem = problem ? problem->description : std::string();
                if (!problem) break;
            }
        }
    } catch (...) {
        readiness.problem = "internal error: " + exception_text(std::current_exception());
    }
    done(std::move(readiness));
    co_return;
}

net::awaitable<WebSocketClient::Round> WebSocketClient::connect_once(std::size_t endpoint) {
    Round round;
    journal_.set_state(ConnectionState::connecting);
    journal_.log("info", "connecting", shown_endpoint(options_->endpoint[endpoint]));
    ConnectFailure failure;
    std::unique_ptr<ConnectedPeer> peer;
    if (prepare(failure)) {
        ClientConnector connector(strand_, *resolved_, position_, context_.secrets);
        connector_ = &connector;
        peer = co_await connector.connect(resolved_->endpoint[endpoint], failure, nullptr);
        connector_ = nullptr;
    }
    if (stopping()) co_return round;

    if (!peer) {
        fail_attempt(failure, {}, round);
        co_return round;
    }
    co_await attend(*peer, resolved_->endpoint[endpoint], round);
    if (round.ending.was_stable) moves_ = 0;
    co_return round;
}

/// From the handshake of the protocol to the end.
net::awaitable<void> WebSocketClient::attend(ConnectedPeer& peer, const ComputedText& url, Round& round) {
    TextSender texts(
        *peer.stream, resolved_->format, context_.secrets, [this] { return position_.current(); },
        SendPace(resolved_->send_rate));
    const OpeningScript script(*resolved_);
    Opening opening(script, texts);
    if (!opening.go_on()) {
        ConnectFailure failure;
        failure.event = opening.event();
        failure.description = opening.problem();
        fail_attempt(failure, peer.remote_address, round);
        co_return;
    }
    const SessionEnding ending = co_await serve(peer, texts, opening, url, round);
    journal_.set_connected_since(0);
    conclude(ending, opening, peer.remote_address, round);
}

void WebSocketClient::fail_attempt(const ConnectFailure& failure, const std::string& remote_address, Round& round) {
    round.ending.http_status = failure.http_status;
    round.ending.retry_after = failure.retry_after;
    // Once a connection has been up, what is missing now may be a secret that is just being replaced.
    round.ending.permanent = failure.lies_with_us() && !was_connected_;
    round.description = failure.description;
    journal_.error(failure.event, failure.description);
    round.connection_failure = judge(failure.description, remote_address);
}

std::optional<std::string> WebSocketClient::judge(const std::string& description, const std::string& remote_address) {
    MessageOrigin origin;
    origin.remote_address = remote_address;
    std::optional<std::string> verdict = inputs_.report_connection_error(description, origin);
    if (options_->on_error == ErrorPolicy::fail) verdict = "on_error = 'fail': " + description;
    return verdict;
}

}  // namespace laminar
