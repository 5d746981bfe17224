#include "connectors/websocket/server/server.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "connectors/net/exception_text.h"
#include "connectors/net/io_runtime.h"
#include "connectors/net/listening_socket.h"
#include "connectors/net/name_resolution.h"
#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"
#include "connectors/websocket/options/option_schema.h"
#include "connectors/websocket/server/client_directory.h"
#include "connectors/websocket/server/handshake_admission.h"
#include "connectors/websocket/server/pending_handshakes.h"
#include "connectors/websocket/server/server_address.h"
#include "connectors/websocket/session/peer_session.h"
#include "connectors/websocket/session/websocket_connection.h"

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

/// Connections that have not shaken hands yet, beyond max_connections: enough to tell them that there is no room.
constexpr std::size_t most_pending_handshakes = 256;
/// While rows wait for one that may become slow.
constexpr std::chrono::milliseconds look_at_slow_clients_every{50};

/// That a client is served: whoever sends to it, or stops it, finds it.
class Stay {
public:
    Stay(Visit& visit, ClientDirectory& clients, PeerSession& session, const std::shared_ptr<ServerClient>& client)
        : visit_(visit), clients_(clients), id_(client->id) {
        visit_.session = &session;
        visit_.client_id = id_;
        clients_.enroll(client);
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
    ~Stay() {
        visit_.session = nullptr;
        clients_.dismiss(id_);
    }

private:
    Visit& visit_;
    ClientDirectory& clients_;
    const std::string id_;
};

class WebSocketServer final : public WebSocketConnection {
public:
    WebSocketServer(std::string name, std::shared_ptr<const WebSocketOptions> options, const ConnectionContext& context)
        : WebSocketConnection(std::move(name), std::move(options), context),
          clients_(*options_),
          pending_(most_pending_handshakes),
          admission_(*options_, journal_, clients_),
          address_(strand_),
          closed_event_(strand_),
          retry_event_(strand_),
          tasks_([this](const std::string& what) { bring_down("internal error: " + what); }) {
        journal_.set_endpoint(fmt::format("{}:{}{}", options_->host, options_->port, options_->path));
    }

    ~WebSocketServer() override {
        stopping_.store(true);
        tasks_.stop(TaskGroup::Stop::terminal);
        tasks_.wait_empty();
    }

    void open() override {
        if (opened_.exchange(true)) return;
        stopping_.store(false);
        tasks_.spawn(strand_, listen(), [this](TaskGroup::Stop) { address_.give_up(); });
    }

    void make_ready(std::function<void(Readiness)> done) override {
        tasks_.spawn(strand_, report_readiness(std::move(done)), [this](TaskGroup::Stop) { address_.give_up(); });
    }

    void give_up_address(std::function<void(bool)> done) override {
        tasks_.spawn(strand_, stop_listening(std::move(done)), {});
    }

    void take_address_back(std::function<void(std::string)> done) override {
        tasks_.spawn(strand_, listen_again(std::move(done)), [this](TaskGroup::Stop) { address_.give_up(); });
    }

    void close(std::chrono::milliseconds deadline, std::function<void()> done) override {
        stopping_.store(true);
        tasks_.spawn(strand_, close_within(deadline, std::move(done)),
                     [this](TaskGroup::Stop) { closed_event_.notify(); });
    }

    SendOutcome send(OutgoingMessage message) override {
        const ConnectionState state = journal_.state();
        if (handing_over()) return SendOutcome::full;
        if (state == ConnectionState::failed) return SendOutcome::failed;
        if (stopping_.load() || state != ConnectionState::listening) return SendOutcome::not_connected;
        std::uint64_t dropped = 0;
        SendOutcome outcome = clients_.send(message, dropped);
        const bool names_another = !message.client_id.empty() && message.session_id &&
                                   message.client_id != ServerClient::client_id_of(*message.session_id);
        if (outcome == SendOutcome::no_such_session && !names_another && has_been(*message.session_id))
            outcome = SendOutcome::session_ended;
        if (outcome == SendOutcome::full && options_->slow_client != SlowClientPolicy::block) look_again_soon();
        if (dropped == 0) return outcome;
        if (clients_.size() == 0)
            journal_.drop(dropped, "no client is connected (broadcast)", "info");
        else
            journal_.drop(dropped, "a client reads too slowly, its queue is full (slow_client)");
        return outcome;
    }

    [[nodiscard]] UnsentMessages unsent() const override {
        UnsentMessages unsent = clients_.unsent();
        unsent.waiting += inputs_.acknowledgements_due();
        return unsent;
    }

    [[nodiscard]] ConnectionStatus status() const override {
        ConnectionStatus status = WebSocketConnection::status();
        status.port = port_.load();
        status.clients = clients_.size();
        return status;
    }

    [[nodiscard]] std::vector<ClientStatus> clients() const override { return clients_.statuses(); }

    void test(std::chrono::milliseconds /*timeout*/,
              std::function<void(std::vector<ConnectionTestStep>)> done) override {
        tasks_.spawn(strand_, run_test(std::move(done)), {});
    }

private:
    net::awaitable<void> listen();
    net::awaitable<bool> get_ready(OptionProblem& problem);
    net::awaitable<void> report_readiness(std::function<void(Readiness)> done);
    net::awaitable<void> stop_listening(std::function<void(bool)> done);
    net::awaitable<void> listen_again(std::function<void(std::string)> done);
    net::awaitable<void> accept_clients();
    void welcome(tcp::socket socket, const net::any_io_executor& strand);
    net::awaitable<void> receive(std::shared_ptr<Visit> visit);
    net::awaitable<void> host(Visit& visit);
    net::awaitable<void> serve(Visit& visit);
    void break_off(const Visit& visit, const std::string& reason);
    static void give_way(Visit& visit);
    void stop_visit(Visit& visit, TaskGroup::Stop how);
    net::awaitable<void> close_within(std::chrono::milliseconds deadline, std::function<void()> done);
    net::awaitable<void> run_test(std::function<void(std::vector<ConnectionTestStep>)> done);
    void bring_down(std::string reason) override {
        if (!failed_.exchange(true)) tasks_.spawn(strand_, fail_connection(std::move(reason)), {});
    }
    net::awaitable<void> fail_connection(std::string reason);
    void report_gap(const ServerClient& client, const SessionEnding& ending);
    void look_again_soon();
    net::awaitable<void> tell_senders_to_try();
    void fail(const std::string& event, const std::string& problem);

    ClientDirectory clients_;
    PendingHandshakes pending_;
    HandshakeAdmission admission_;
    std::atomic<bool> opened_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> failed_{false};
    std::atomic<std::uint16_t> port_{0};
    std::atomic<std::size_t> visits_{0};
    std::atomic<bool> retry_planned_{false};
    // On the strand:
    ServerAddress address_;
    StrandEvent closed_event_;  ///< A client has gone, or nobody is accepted any more.
    StrandEvent retry_event_;   ///< Ends the wait of senders early.
    bool is_ready_ = false;     ///< Secrets, certificates and the address are there, and it is not open yet.
    bool listening_ = false;
    TaskGroup tasks_;  ///< Last: its children refer to everything above.
};

void WebSocketServer::fail(const std::string& event, const std::string& problem) {
    journal_.error(event, problem);
    (void)inputs_.report_connection_error(problem, {});
    journal_.set_state(ConnectionState::failed);
}

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
    const std::string where = fmt::format("{}{}", address_text(address_.endpoint()), options_->path);
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

void WebSocketServer::welcome(tcp::socket socket, const net::any_io_executor& strand) {
    boost::system::error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;  // Gone already.
    // Beside those that may be here, those that have just had to give way.
    if (visits_.load() >= options_->max_connections + 2 * most_pending_handshakes) {
        admission_.log_refusal("client_refused", address_text(remote) + ": too many connections");
        return;
    }
    socket.set_option(tcp::no_delay(true), error);
    visits_.fetch_add(1);
    auto visit = std::make_shared<Visit>(std::move(socket), strand, remote.address().to_string(), address_text(remote));
    visit->counts_for_address = clients_.enter_address(visit->ip);
    visit->pending_number = pending_.add(visit->ip, [visit = std::weak_ptr<Visit>(visit), strand] {
        net::post(strand, [visit] {
            if (const std::shared_ptr<Visit> late = visit.lock()) give_way(*late);
        });
    });
    tasks_.spawn(strand, receive(visit), [this, visit](TaskGroup::Stop how) { stop_visit(*visit, how); });
}

void WebSocketServer::give_way(Visit& visit) {
    visit.gave_way = true;
    if (visit.stream) visit.stream->abort();
}

void WebSocketServer::stop_visit(Visit& visit, TaskGroup::Stop how) {
    visit.stopped = true;
    if (how == TaskGroup::Stop::graceful && visit.session) {
        visit.session->request_close(1001, failed_.load() ? "failed" : "going away", std::chrono::hours(1));
        return;
    }
    if (visit.session) {
        visit.session->abort("shut down");
    } else if (visit.stream) {
        visit.stream->abort();
    }
}

net::awaitable<void> WebSocketServer::receive(std::shared_ptr<Visit> visit) {
    std::exception_ptr escaped;
    try {
        co_await host(*visit);
    } catch (...) {
        escaped = std::current_exception();
        (void)pending_.remove(visit->pending_number);
    }
    visit->stream.reset();
    if (visit->holds_place) clients_.leave_place();
    if (visit->counts_for_address) clients_.leave_address(visit->ip);
    visits_.fetch_sub(1);
    if (stopping_.load()) closed_event_.post();
    if (escaped) break_off(*visit, "internal error: " + exception_text(escaped));
}

/// One client's trouble is not the server's: it is reported, and the others stay.
void WebSocketServer::break_off(const Visit& visit, const std::string& reason) {
    journal_.error("internal_error", fmt::format("{}: {}", visit.remote_address, reason));
    MessageOrigin origin;
    origin.connection_name = journal_.name();
    origin.client_id = visit.client_id;
    origin.remote_address = visit.remote_address;
    std::optional<std::string> verdict = inputs_.report_connection_error(reason, origin);
    if (verdict) bring_down(std::move(*verdict));
}

net::awaitable<void> WebSocketServer::host(Visit& visit) {
    admission_.begin(visit);
    bool admitted = false;
    if (!visit.stopped && !visit.gave_way) admitted = co_await admission_.admit(visit);
    if (!pending_.remove(visit.pending_number)) {
        admitted = false;
        admission_.log_refusal(
            "client_refused",
            fmt::format("{}: gave way to others: {} connections had not shaken hands yet, most of them from its "
                        "address",
                        visit.remote_address, most_pending_handshakes));
    }
    if (admitted && !visit.stopped) co_await serve(visit);
}

net::awaitable<void> WebSocketServer::serve(Visit& visit) {
    const OutboundQueue::Limits limits{options_->send_buffer_size, options_->buffer_bytes,
                                       options_->slow_client_timeout};
    const auto client = std::make_shared<ServerClient>(begin_next_session(), limits);
    client->remote_address = visit.remote_address;
    client->tls_subject = visit.tls_subject;
    client->subprotocol = visit.subprotocol;
    client->connected_since = utc_now();
    const auto origin = std::make_shared<MessageOrigin>();
    origin->connection_name = journal_.name();
    origin->client_id = client->id;
    origin->session_id = client->session_id;
    origin->remote_address = visit.remote_address;
    origin->tls_subject = visit.tls_subject;
    origin->query_parameters = visit.query_parameters;
    PeerSession session(*visit.stream, {inputs_, client->outbound, journal_, *resolved_, &client->traffic}, origin);
    client->disconnect = session.overrun_signal();
    std::optional<Stay> stay(std::in_place, visit, clients_, session, client);
    journal_.log("info", "client_connected", fmt::format("{} from {}", client->id, visit.remote_address));
    journal_.changed();

    const SessionEnding ending = co_await session.run();

    stay.reset();
    const std::size_t dropped = client->outbound.clear();
    if (dropped > 0) journal_.messages_dropped.fetch_add(dropped);
    // A client that says goodbye wants no more; one that is gone, or does not answer our goodbye, might have.
    if (ending.in_doubt > 0 && (ending.by_us || !ending.orderly)) {
        journal_.doubt(ending.in_doubt, client->id);
        report_gap(*client, ending);
    }
    const std::string text = fmt::format("{} from {}: {}{}", client->id, visit.remote_address, ending.description,
                                         dropped > 0 ? fmt::format("; {} queued messages were not sent", dropped) : "");
    std::optional<std::string> verdict = ending.connection_failure;
    if (ending.orderly || visit.stopped) {
        journal_.log("info", "client_disconnected", text);
    } else {
        journal_.log("warning", "client_disconnected", text);
        journal_.set_last_error(text);
        // One client's trouble fails the server only when there is too much of it.
        if (!verdict) verdict = inputs_.report_connection_error(ending.description, *origin);
    }
    if (verdict) bring_down(std::move(*verdict));
    if (ending.is_internal) journal_.error("internal_error", text);
    journal_.changed();
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

/// What was sent to a client that is gone, and may not have reached it.
void WebSocketServer::report_gap(const ServerClient& client, const SessionEnding& ending) {
    ConnectionGap gap;
    gap.connection = journal_.name();
    gap.started_at = utc_now();
    gap.last_message_at = client.traffic.last_message_at.load();
    gap.reason = journal_.redact(ending.description);
    gap.maybe_lost = ending.in_doubt;
    gap.client_id = client.id;
    journal_.report(gap);
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

}  // namespace

std::unique_ptr<Connection> make_websocket_server(std::string name, std::shared_ptr<const WebSocketOptions> options,
                                                  const ConnectionContext& context) {
    return std::make_unique<WebSocketServer>(std::move(name), std::move(options), context);
}

}  // namespace laminar
