#include "connectors/websocket/client/client.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <exception>
#include <mutex>
#include <random>
#include <utility>

#include "connectors/delivery/gap_tracker.h"
#include "connectors/delivery/outbound_queue.h"
#include "connectors/net/deadline.h"
#include "connectors/net/exception_text.h"
#include "connectors/net/io_runtime.h"
#include "connectors/net/reconnect_policy.h"
#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"
#include "connectors/websocket/client/client_connector.h"
#include "connectors/websocket/client/client_request.h"
#include "connectors/websocket/client/client_trial.h"
#include "connectors/websocket/client/feed_position.h"
#include "connectors/websocket/client/subscription.h"
#include "connectors/websocket/session/expected_message.h"
#include "connectors/websocket/session/peer_session.h"
#include "connectors/websocket/session/websocket_connection.h"

namespace laminar {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

ReconnectPolicy::Settings policy_settings(const WebSocketOptions& options) {
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

class WebSocketClient final : public WebSocketConnection {
public:
    WebSocketClient(std::string name, std::shared_ptr<const WebSocketOptions> options, const ConnectionContext& context)
        : WebSocketConnection(std::move(name), std::move(options), context),
          outbound_({options_->send_buffer_size, options_->buffer_bytes, options_->slow_client_timeout}),
          position_(resolved_->resume_field),
          expected_reply_(resolved_->subscribe_confirm),
          reconnecting_(policy_settings(*resolved_)),
          gaps_(journal_),
          event_(strand_),
          ended_(strand_),
          tasks_([this](const std::string& what) { bring_down("internal error: " + what); }) {
        journal_.set_endpoint(redact_url(options_->endpoint.front()));
    }

    ~WebSocketClient() override {
        stop_requested_.store(true);
        tasks_.stop(TaskGroup::Stop::terminal);
        tasks_.wait_empty();
    }

    void open() override {
        if (opened_.exchange(true)) return;
        stop_requested_.store(false);
        tasks_.spawn(strand_, run(), [this](TaskGroup::Stop) { terminate(); });
    }

    void make_ready(std::function<void(Readiness)> done) override {
        tasks_.spawn(strand_, report_readiness(std::move(done)), {});
    }

    void close(std::chrono::milliseconds deadline, std::function<void()> done) override {
        stop_requested_.store(true);
        tasks_.spawn(strand_, close_within(deadline, std::move(done)), [this](TaskGroup::Stop) { terminate(); });
    }

    void hand_over(std::chrono::milliseconds deadline, std::function<void(ConnectionHandover)> done) override;
    bool take_over(ConnectionHandover&& handover) override;

    SendOutcome send(OutgoingMessage message) override;
    SendOutcome enqueue(const OutgoingMessage& message);

    [[nodiscard]] UnsentMessages unsent() const override {
        UnsentMessages unsent = outbound_.unsent();
        unsent.waiting += inputs_.acknowledgements_due();
        return unsent;
    }

    [[nodiscard]] ConnectionStatus status() const override {
        ConnectionStatus status = WebSocketConnection::status();
        status.position = position_.current();
        return status;
    }

    void test(std::chrono::milliseconds timeout, std::function<void(std::vector<ConnectionTestStep>)> done) override {
        const net::any_io_executor strand = net::make_strand(context_.io.context());
        const auto trial = std::make_shared<ClientTrial>(strand, *options_, context_.secrets, position_);
        tasks_.spawn(strand, run_test(trial, timeout, std::move(done)), [trial](TaskGroup::Stop) { trial->abort(); });
    }

private:
    void bring_down(std::string reason) override { tasks_.spawn(strand_, fail_connection(std::move(reason)), {}); }

    /// How one attempt, and the connection it may have led to, went.
    struct Round {
        ReconnectPolicy::Ending ending;
        std::optional<Clock::time_point> connected_at;  ///< Absent when it did not get as far as being of use.
        bool orderly = false;
        std::string description;
        std::optional<std::string> connection_failure;  ///< The whole connection must fail because of it.
    };

    net::awaitable<void> run();
    net::awaitable<void> keep_connected();
    net::awaitable<Round> try_endpoints();
    bool prepare(ConnectFailure& failure);
    net::awaitable<void> report_readiness(std::function<void(Readiness)> done);
    net::awaitable<Round> connect_once(std::size_t endpoint);
    net::awaitable<SessionEnding> serve(ConnectedPeer& peer, const std::string& endpoint, Round& round);
    net::awaitable<void> wait_to_reconnect(const Round& round, const ReconnectPolicy::Decision& decision,
                                           std::int64_t attempt);
    net::awaitable<void> close_within(std::chrono::milliseconds deadline, std::function<void()> done);
    net::awaitable<void> run_test(std::shared_ptr<ClientTrial> trial, std::chrono::milliseconds timeout,
                                  std::function<void(std::vector<ConnectionTestStep>)> done);
    void established(const ConnectedPeer& peer, const std::string& endpoint, Round& round);
    void conclude(const SessionEnding& ending, const std::string& remote_address, Round& round);
    void begin_session(MessageOrigin& origin);
    void end_session();
    net::awaitable<void> disconnect_slow_peer();
    net::awaitable<void> fail_connection(std::string reason);
    void terminate();
    void break_down(const std::exception_ptr& exception);
    void give_up(const Round& round, const std::string& reason);
    void drop_queue();
    std::optional<std::string> judge(const std::string& description, const std::string& remote_address);

    /// A requested close still sends what is queued, as long as its deadline allows.
    [[nodiscard]] bool stopping() const {
        return terminated_ || (stop_requested_.load() && (handing_over() || outbound_.is_empty()));
    }

    OutboundQueue outbound_;
    FeedPosition position_;
    ExpectedReply expected_reply_;  ///< On the strand, once open; so is the next.
    ReconnectPolicy::Settings reconnecting_;
    GapTracker gaps_;    ///< On the strand, once open.
    StrandEvent event_;  ///< Wakes from the wait between attempts.
    StrandEvent ended_;
    std::atomic<bool> opened_{false};
    std::atomic<bool> stop_requested_{false};
    // On the strand:
    ClientConnector* connector_ = nullptr;
    PeerSession* session_ = nullptr;
    std::size_t endpoint_ = 0;  ///< To be tried next.
    std::mutex session_mutex_;
    std::int64_t current_session_ = 0;  ///< 0: none. Guarded by session_mutex_.
    // On the strand:
    bool running_ = false;
    bool terminated_ = false;
    bool was_connected_ = false;                 ///< Since it was opened.
    std::optional<std::string> engine_verdict_;  ///< Why it must fail, found while its messages were processed.
    Clock::time_point close_due_ = Clock::time_point::max();
    TaskGroup tasks_;
};

SendOutcome WebSocketClient::send(OutgoingMessage message) {
    if (!message.client_id.empty()) return SendOutcome::no_such_client;
    const ConnectionState state = journal_.state();
    if (handing_over()) return SendOutcome::full;
    if (state == ConnectionState::failed) return SendOutcome::failed;
    if (stop_requested_.load() || state == ConnectionState::closed) return SendOutcome::not_connected;
    if (!message.session_id) return enqueue(message);
    // What is in the queue of a session when it ends is taken out of it again.
    const std::lock_guard lock(session_mutex_);
    if (message.session_id == current_session_) return enqueue(message);
    return has_been(*message.session_id) ? SendOutcome::session_ended : SendOutcome::no_such_session;
}

SendOutcome WebSocketClient::enqueue(const OutgoingMessage& message) {
    const OutboundQueue::Room room = outbound_.room_for(message.payload->size());
    if (room == OutboundQueue::Room::full) return SendOutcome::full;
    if (room == OutboundQueue::Room::slow && options_->slow_client == SlowClientPolicy::drop_oldest) {
        journal_.drop(outbound_.push_dropping_oldest(message),
                      "the peer reads too slowly, its queue is full (slow_client = 'drop_oldest')");
        return SendOutcome::accepted;
    }
    if (room == OutboundQueue::Room::slow && options_->slow_client == SlowClientPolicy::disconnect) {
        tasks_.spawn(strand_, disconnect_slow_peer(), {});
    }
    return outbound_.push(message) ? SendOutcome::accepted : SendOutcome::full;
}

net::awaitable<void> WebSocketClient::disconnect_slow_peer() {
    if (session_) session_->abort("the peer reads too slowly, its queue is full (slow_client = 'disconnect')");
    co_return;
}

net::awaitable<void> WebSocketClient::fail_connection(std::string reason) {
    if (!running_ || engine_verdict_) co_return;
    journal_.set_last_error(reason);
    engine_verdict_ = std::move(reason);
    if (session_) session_->fail(*engine_verdict_);
    if (connector_) connector_->abort();
    event_.notify();
}

net::awaitable<void> WebSocketClient::run() {
    running_ = true;
    engine_verdict_.reset();
    terminated_ = false;
    was_connected_ = false;
    try {
        co_await keep_connected();
    } catch (...) {
        break_down(std::current_exception());
    }
    running_ = false;
    if (stop_requested_.load()) {
        if (!handing_over()) drop_queue();
        // Whoever ends because it has failed is asked to close, too: it has failed all the same.
        if (journal_.state() != ConnectionState::failed) {
            journal_.set_state(ConnectionState::closed);
            journal_.log("info", "closed", "closed");
        }
        opened_.store(false);
    }
    journal_.set_connected_since(0);
    journal_.changed();
    ended_.notify();
}

/// Nothing goes on after an exception that nobody has expected.
void WebSocketClient::break_down(const std::exception_ptr& exception) {
    connector_ = nullptr;
    session_ = nullptr;
    end_session();
    const std::string reason = "internal error: " + exception_text(exception);
    journal_.error("internal_error", reason);
    give_up({}, reason);
}

net::awaitable<void> WebSocketClient::keep_connected() {
    std::minstd_rand random(std::random_device{}());
    std::uniform_real_distribution<double> spread(0.0, 1.0);
    ReconnectPolicy policy(reconnecting_, [&] { return spread(random); });
    while (!stopping()) {
        Round round = co_await try_endpoints();
        // It has failed also if it is to be closed by now: that it has must not depend on who is faster.
        if (engine_verdict_) round.connection_failure = engine_verdict_;
        if (round.connection_failure) {
            give_up(round, *round.connection_failure);
            co_return;
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
        journal_.set_endpoint(redact_url(options_->endpoint[endpoint_]));
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
    expected_reply_ = ExpectedReply(resolved_->subscribe_confirm);
    reconnecting_ = policy_settings(*resolved_);
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
            for (const std::string& endpoint : resolved_->endpoint) {
                const auto made = make_client_request(endpoint, *resolved_, position_);
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
    journal_.log("info", "connecting", redact_url(options_->endpoint[endpoint]));
    ConnectFailure failure;
    std::unique_ptr<ConnectedPeer> peer;
    if (prepare(failure)) {
        ClientConnector connector(strand_, *resolved_, position_);
        connector_ = &connector;
        peer = co_await connector.connect(resolved_->endpoint[endpoint], failure, nullptr);
        connector_ = nullptr;
    }
    if (stopping()) co_return round;

    bool ready = peer != nullptr;
    if (ready) ready = send_subscriptions(*peer->stream, *resolved_, position_, failure);
    if (!ready) {
        round.ending.http_status = failure.http_status;
        round.ending.retry_after = failure.retry_after;
        // Once a connection has been up, what is missing now may be a secret that is just being replaced.
        round.ending.permanent = failure.lies_with_us() && !was_connected_;
        round.description = failure.description;
        journal_.error(failure.event, failure.description);
        round.connection_failure = judge(failure.description, peer ? peer->remote_address : std::string());
        co_return round;
    }
    const SessionEnding ending = co_await serve(*peer, resolved_->endpoint[endpoint], round);
    journal_.set_connected_since(0);
    conclude(ending, peer->remote_address, round);
    co_return round;
}

void WebSocketClient::established(const ConnectedPeer& peer, const std::string& endpoint, Round& round) {
    was_connected_ = true;
    round.connected_at = Clock::now();
    journal_.set_subprotocol(peer.subprotocol);
    journal_.set_connected_since(utc_now());
    journal_.set_state(ConnectionState::connected);
    journal_.log("info", "connected", "connected to " + peer.description);
    gaps_.connected(tells_position(endpoint, *options_));
}

net::awaitable<SessionEnding> WebSocketClient::serve(ConnectedPeer& peer, const std::string& endpoint, Round& round) {
    const auto origin = std::make_shared<MessageOrigin>();
    origin->connection_name = journal_.name();
    origin->remote_address = peer.remote_address;
    begin_session(*origin);
    PeerSession::Environment environment{inputs_, outbound_, journal_, *resolved_};
    if (position_.is_kept()) {
        environment.on_message = [this](std::string_view message) {
            if (position_.note(message) && gaps_.awaits_position()) gaps_.position_seen(position_.current());
        };
    }
    if (options_->subscribe_confirm.empty()) {
        established(peer, endpoint, round);
    } else {
        journal_.set_state(ConnectionState::connecting, "waits for the reply to its subscription");
        environment.confirmation = &expected_reply_;
        environment.on_confirmed = [&] { established(peer, endpoint, round); };
    }
    PeerSession session(*peer.stream, environment, origin);
    session_ = &session;
    if (stop_requested_.load()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(close_due_ - Clock::now());
        session.request_close(1000, "", std::min<std::chrono::milliseconds>(left, std::chrono::hours(1)));
    }
    SessionEnding ending = co_await session.run();
    session_ = nullptr;
    end_session();
    co_return ending;
}

void WebSocketClient::begin_session(MessageOrigin& origin) {
    origin.session_id = begin_next_session();
    const std::lock_guard lock(session_mutex_);
    current_session_ = origin.session_id;
}

void WebSocketClient::end_session() {
    std::int64_t session = 0;
    std::vector<OutgoingMessage> unsent;
    {
        const std::lock_guard lock(session_mutex_);
        session = std::exchange(current_session_, 0);
        unsent = outbound_.remove_bound();
    }
    if (unsent.empty()) return;
    for (const OutgoingMessage& message : unsent) {
        inputs_.report_undeliverable(*message.payload, fmt::format("session {} ended before it was sent", session));
    }
    journal_.changed();
}

void WebSocketClient::conclude(const SessionEnding& ending, const std::string& remote_address, Round& round) {
    round.orderly = ending.orderly && ending.confirmed;
    round.ending.close_code = ending.close_code;
    round.ending.was_stable = round.connected_at && Clock::now() - *round.connected_at >= options_->reconnect_stable;
    round.description = ending.description;
    journal_.doubt(ending.in_doubt, {});
    if (ending.to_send_again > 0) {
        journal_.log(
            "info", "messages_sent_again",
            fmt::format("{} message{} that no pong has acknowledged wait{} to be sent again", ending.to_send_again,
                        ending.to_send_again == 1 ? "" : "s", ending.to_send_again == 1 ? "s" : ""));
    }
    if (ending.confirmed) {
        if (!stopping() || handing_over())
            gaps_.lost(handing_over() ? "ALTER CONNECTION" : ending.description, position_.current(), ending.in_doubt);
    } else if (ending.orderly) {
        round.description = fmt::format("{} before the reply with {} (subscribe_confirm)", ending.description,
                                        expected_reply_.description());
    }
    if (ending.is_internal) {
        journal_.error("internal_error", ending.description);
        round.connection_failure = ending.description;
    } else if (ending.connection_failure) {
        journal_.error("failed", *ending.connection_failure);
        round.connection_failure = ending.connection_failure;
    } else if (!ending.confirmed && !terminated_ && !ending.by_us) {
        journal_.error("subscribe_failed", round.description);
        round.connection_failure = judge(round.description, remote_address);
    } else if (ending.orderly && !ReconnectPolicy::is_final(reconnecting_, round.ending)) {
        journal_.log("info", "disconnected", ending.description);
    } else if (!terminated_) {
        journal_.error("disconnected", ending.description);
        round.connection_failure = judge(ending.description, remote_address);
    }
}

std::optional<std::string> WebSocketClient::judge(const std::string& description, const std::string& remote_address) {
    MessageOrigin origin;
    origin.remote_address = remote_address;
    std::optional<std::string> verdict = inputs_.report_connection_error(description, origin);
    if (options_->on_error == ErrorPolicy::fail) verdict = "on_error = 'fail': " + description;
    return verdict;
}

void WebSocketClient::give_up(const Round& round, const std::string& reason) {
    if (!handing_over()) drop_queue();
    if (round.orderly && !options_->reconnect && !round.connection_failure) {
        // A feed that may end, and has.
        inputs_.finish();
        journal_.set_finished(true);
        journal_.log("info", "finished", "the peer has closed the connection, and reconnect is off");
        journal_.set_state(ConnectionState::closed, "the feed has ended: " + round.description);
        return;
    }
    std::string why = "given up: " + reason;
    if (!round.connection_failure && !round.description.empty()) why += "; at last: " + round.description;
    journal_.log("error", "failed", why);
    journal_.set_state(ConnectionState::failed, why);
}

void WebSocketClient::drop_queue() {
    const UnsentMessages unsent = outbound_.unsent();
    const std::size_t dropped = outbound_.clear();
    if (dropped == 0) return;
    journal_.messages_dropped.fetch_add(dropped);
    journal_.log("warning", "messages_dropped", describe(unsent));
}

void WebSocketClient::terminate() {
    terminated_ = true;
    if (connector_) connector_->abort();
    if (session_) session_->abort("shut down");
    event_.notify();
    ended_.notify();
}

net::awaitable<void> WebSocketClient::close_within(std::chrono::milliseconds deadline, std::function<void()> done) {
    close_due_ = std::min(close_due_, Clock::now() + deadline);
    {
        const Deadline limit(strand_, deadline, [this] { terminate(); });
        if (running_) {
            journal_.set_state(ConnectionState::closing);
            if (session_) session_->request_close(1000, "", deadline);
            if (connector_ && stopping()) connector_->abort();
            event_.notify();
        } else if (journal_.state() != ConnectionState::failed) {
            journal_.set_state(ConnectionState::closed);
        }
        while (running_) co_await ended_.wait();
    }
    ended_.notify();  // For another that waits to be closed.
    close_due_ = Clock::time_point::max();
    opened_.store(false);
    if (done) done();
}

void WebSocketClient::hand_over(std::chrono::milliseconds deadline, std::function<void(ConnectionHandover)> done) {
    begin_handover();
    close(deadline, [this, done = std::move(done)] {
        ConnectionHandover handover = make_handover();
        handover.unsent = outbound_.surrender();
        handover.gap = gaps_.open();
        handover.position_path = options_->resume_field;
        done(std::move(handover));
    });
}

bool WebSocketClient::take_over(ConnectionHandover&& handover) {
    outbound_.adopt(std::move(handover.unsent));
    if (handover.position_path == options_->resume_field) position_.set(handover.status.position);
    if (handover.gap) gaps_.adopt(std::move(*handover.gap));
    return WebSocketConnection::take_over(std::move(handover));
}

net::awaitable<void> WebSocketClient::run_test(std::shared_ptr<ClientTrial> trial, std::chrono::milliseconds timeout,
                                               std::function<void(std::vector<ConnectionTestStep>)> done) {
    std::vector<ConnectionTestStep> steps;
    try {
        steps = co_await trial->run(timeout);
    } catch (...) {
        steps.push_back({"connect", false, {}, "internal error: " + exception_text(std::current_exception())});
    }
    for (ConnectionTestStep& step : steps) step.detail = journal_.redact(step.detail);
    done(std::move(steps));
}

}  // namespace

std::unique_ptr<Connection> make_websocket_client(std::string name, std::shared_ptr<const WebSocketOptions> options,
                                                  const ConnectionContext& context) {
    return std::make_unique<WebSocketClient>(std::move(name), std::move(options), context);
}

}  // namespace laminar
