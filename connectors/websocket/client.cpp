#include "connectors/websocket/client.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <random>
#include <utility>

#include "connectors/net/deadline.h"
#include "connectors/net/io_runtime.h"
#include "connectors/net/reconnect_policy.h"
#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"
#include "connectors/websocket/client_connector.h"
#include "connectors/websocket/outbound_queue.h"
#include "connectors/websocket/peer_session.h"
#include "connectors/websocket/websocket_connection.h"

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
    settings.stable_after = options.reconnect_stable;
    return settings;
}

/// How long a connection made only to be tested may take to say goodbye.
constexpr std::chrono::milliseconds test_farewell{500};

class WebSocketClient final : public WebSocketConnection {
public:
    WebSocketClient(std::string name, std::shared_ptr<const WebSocketOptions> options, const ConnectionContext& context)
        : WebSocketConnection(std::move(name), std::move(options), context),
          outbound_({options_->send_buffer_size, options_->buffer_bytes}),
          event_(strand_),
          ended_(strand_),
          tasks_([this](const std::string& what) { journal_.error("internal_error", what); }) {
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

    void close(std::chrono::milliseconds deadline, std::function<void()> done) override {
        stop_requested_.store(true);
        tasks_.spawn(strand_, close_within(deadline, std::move(done)), [this](TaskGroup::Stop) { terminate(); });
    }

    SendOutcome send(OutgoingMessage message) override;

    [[nodiscard]] bool send_queue_empty() const override {
        return outbound_.is_empty() && inputs_.acknowledgements_sent();
    }

    void test(std::chrono::milliseconds timeout, std::function<void(std::vector<ConnectionTestStep>)> done) override {
        const net::any_io_executor strand = net::make_strand(context_.io.context());
        const auto connector = std::make_shared<ClientConnector>(strand, *options_, context_.secrets);
        tasks_.spawn(strand, run_test(connector, strand, timeout, std::move(done)),
                     [connector](TaskGroup::Stop) { connector->abort(); });
    }

private:
    void bring_down(std::string reason) override { tasks_.spawn(strand_, fail_connection(std::move(reason)), {}); }

    /// How one attempt, and the connection it may have led to, went.
    struct Round {
        ReconnectPolicy::Ending ending;
        std::optional<Clock::time_point> connected_at;
        bool orderly = false;
        std::optional<std::string> connection_failure;  ///< The whole connection must fail because of it.
    };

    net::awaitable<void> run();
    net::awaitable<void> keep_connected();
    net::awaitable<Round> connect_once(const std::string& endpoint);
    net::awaitable<bool> subscribe(MessageStream& stream, ConnectFailure& failure);
    net::awaitable<SessionEnding> serve(ConnectedPeer& peer);
    net::awaitable<void> close_within(std::chrono::milliseconds deadline, std::function<void()> done);
    net::awaitable<void> run_test(std::shared_ptr<ClientConnector> connector, net::any_io_executor strand,
                                  std::chrono::milliseconds timeout,
                                  std::function<void(std::vector<ConnectionTestStep>)> done);
    net::awaitable<void> disconnect_slow_peer();
    net::awaitable<void> fail_connection(std::string reason);
    void terminate();
    void give_up(const Round& round, const std::string& reason);
    void drop_queue();
    std::optional<std::string> judge(const std::string& description, const std::string& remote_address);

    /// A requested close still sends what is queued, as long as its deadline allows.
    [[nodiscard]] bool stopping() const { return terminated_ || (stop_requested_.load() && outbound_.is_empty()); }

    OutboundQueue outbound_;
    StrandEvent event_;  ///< Wakes from the wait between attempts.
    StrandEvent ended_;
    std::atomic<bool> opened_{false};
    std::atomic<bool> stop_requested_{false};
    // On the strand:
    ClientConnector* connector_ = nullptr;
    PeerSession* session_ = nullptr;
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
    if (state == ConnectionState::failed) return SendOutcome::failed;
    if (stop_requested_.load() || state == ConnectionState::closed) return SendOutcome::not_connected;
    if (options_->slow_client == SlowClientPolicy::drop_oldest) {
        journal_.messages_dropped.fetch_add(outbound_.push_dropping_oldest(std::move(message)));
        return SendOutcome::accepted;
    }
    if (outbound_.push(message)) return SendOutcome::accepted;
    if (options_->slow_client == SlowClientPolicy::disconnect) {
        tasks_.spawn(strand_, disconnect_slow_peer(), {});
    }
    return SendOutcome::full;
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
    co_await keep_connected();
    running_ = false;
    if (stop_requested_.load()) {
        drop_queue();
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

net::awaitable<void> WebSocketClient::keep_connected() {
    std::minstd_rand random(std::random_device{}());
    std::uniform_real_distribution<double> spread(0.0, 1.0);
    ReconnectPolicy policy(policy_settings(*options_), [&] { return spread(random); });
    std::size_t endpoint = 0;
    while (!stopping()) {
        journal_.set_endpoint(redact_url(options_->endpoint[endpoint]));
        Round round = co_await connect_once(options_->endpoint[endpoint]);
        if (stopping()) co_return;
        if (engine_verdict_) round.connection_failure = engine_verdict_;
        if (round.connection_failure) {
            give_up(round, *round.connection_failure);
            co_return;
        }
        if (round.connected_at) policy.connected(*round.connected_at);
        const ReconnectPolicy::Decision decision = policy.ended(round.ending, Clock::now());
        if (!decision.retry) {
            give_up(round, decision.reason);
            co_return;
        }
        // An endpoint that worked is tried again first.
        if (!round.connected_at) endpoint = (endpoint + 1) % options_->endpoint.size();
        journal_.set_state(ConnectionState::waiting_to_reconnect);
        journal_.log("info", "reconnecting",
                     fmt::format("attempt {} in {} ms", policy.attempts(), decision.delay.count()));
        const Clock::time_point due = Clock::now() + decision.delay;
        while (!stopping() && !engine_verdict_ && Clock::now() < due) co_await event_.wait_until(due);
        if (engine_verdict_) {
            give_up({}, *engine_verdict_);
            co_return;
        }
        if (!stopping()) journal_.reconnect_count.fetch_add(1);
    }
}

net::awaitable<WebSocketClient::Round> WebSocketClient::connect_once(const std::string& endpoint) {
    Round round;
    journal_.set_state(ConnectionState::connecting);
    journal_.log("info", "connecting", redact_url(endpoint));
    ClientConnector connector(strand_, *options_, context_.secrets);
    connector_ = &connector;
    ConnectFailure failure;
    const std::unique_ptr<ConnectedPeer> peer = co_await connector.connect(endpoint, failure, nullptr);
    connector_ = nullptr;
    if (stopping()) co_return round;

    bool subscribed = false;
    if (peer) subscribed = co_await subscribe(*peer->stream, failure);
    if (stopping()) co_return round;
    if (!subscribed) {
        round.ending.http_status = failure.http_status;
        round.ending.retry_after = failure.retry_after;
        // Once a connection has been up, what is missing now may be a secret that is just being replaced.
        round.ending.permanent = failure.lies_with_us() && !was_connected_;
        journal_.error(failure.event, failure.description);
        round.connection_failure = judge(failure.description, peer ? peer->remote_address : std::string());
        co_return round;
    }

    was_connected_ = true;
    round.connected_at = Clock::now();
    journal_.set_connected_since(utc_now());
    journal_.set_state(ConnectionState::connected);
    journal_.log("info", "connected", "connected to " + peer->description);
    const SessionEnding ending = co_await serve(*peer);
    journal_.set_connected_since(0);
    round.orderly = ending.orderly;
    round.ending.close_code = ending.close_code;
    if (ending.connection_failure) {
        journal_.error("failed", *ending.connection_failure);
        round.connection_failure = ending.connection_failure;
    } else if (ending.orderly && !is_final_close_code(ending.close_code)) {
        journal_.log("info", "disconnected", ending.description);
    } else if (!terminated_) {
        journal_.error("disconnected", ending.description);
        round.connection_failure = judge(ending.description, peer->remote_address);
    }
    co_return round;
}

net::awaitable<bool> WebSocketClient::subscribe(MessageStream& stream, ConnectFailure& failure) {
    for (const std::string& text : options_->subscribe_message) {
        const SecretResolver::Result resolved = context_.secrets.resolve(text);
        if (!resolved.missing.empty()) {
            failure.event = "secret_missing";
            failure.description = fmt::format("subscribe_message: {}", fmt::join(resolved.missing, "; "));
            co_return false;
        }
        const boost::system::error_code error = stream.write(resolved.text, false);
        if (error) {
            failure.event = "subscribe_failed";
            failure.description = "subscribe_message: " + describe_stream_error(error);
            co_return false;
        }
    }
    co_return true;
}

net::awaitable<SessionEnding> WebSocketClient::serve(ConnectedPeer& peer) {
    MessageOrigin origin;
    origin.connection_name = journal_.name();
    origin.remote_address = peer.remote_address;
    PeerSession session(*peer.stream, {inputs_, outbound_, journal_, *options_}, std::move(origin));
    session_ = &session;
    if (stop_requested_.load()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(close_due_ - Clock::now());
        session.request_close(1000, "", std::min<std::chrono::milliseconds>(left, std::chrono::hours(1)));
    }
    SessionEnding ending = co_await session.run();
    session_ = nullptr;
    co_return ending;
}

std::optional<std::string> WebSocketClient::judge(const std::string& description, const std::string& remote_address) {
    MessageOrigin origin;
    origin.remote_address = remote_address;
    std::optional<std::string> verdict = inputs_.report_connection_error(description, origin);
    if (options_->on_error == ErrorPolicy::fail) verdict = "on_error = 'fail': " + description;
    return verdict;
}

void WebSocketClient::give_up(const Round& round, const std::string& reason) {
    drop_queue();
    if (round.orderly && !options_->reconnect && !round.connection_failure) {
        // A feed that may end, and has.
        inputs_.finish();
        journal_.set_finished(true);
        journal_.log("info", "finished", "the peer has closed the connection, and reconnect is off");
        journal_.set_state(ConnectionState::closed);
        return;
    }
    journal_.log("error", "failed", "given up: " + reason);
    journal_.set_state(ConnectionState::failed);
}

void WebSocketClient::drop_queue() {
    const std::size_t dropped = outbound_.clear();
    if (dropped == 0) return;
    journal_.messages_dropped.fetch_add(dropped);
    journal_.log("warning", "messages_dropped", fmt::format("{} queued messages were not sent", dropped));
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

net::awaitable<void> WebSocketClient::run_test(std::shared_ptr<ClientConnector> connector, net::any_io_executor strand,
                                               std::chrono::milliseconds timeout,
                                               std::function<void(std::vector<ConnectionTestStep>)> done) {
    std::vector<ConnectionTestStep> steps;
    {
        const Deadline limit(strand, timeout, [connector] { connector->abort(); });
        ConnectFailure failure;
        const std::unique_ptr<ConnectedPeer> peer =
            co_await connector->connect(options_->endpoint.front(), failure, &steps);
        if (!peer && limit.expired() && !steps.empty()) {
            steps.back().detail = fmt::format("no answer within {} ms", timeout.count());
        }
        if (peer) {
            MessageStream& stream = *peer->stream;
            const Deadline farewell(strand, test_farewell, [&stream] { stream.abort(); });
            co_await stream.close(1000, "");
        }
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
