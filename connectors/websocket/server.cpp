#include "connectors/websocket/server.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "connectors/net/deadline.h"
#include "connectors/net/io_runtime.h"
#include "connectors/net/name_resolution.h"
#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"
#include "connectors/net/tls_context.h"
#include "connectors/websocket/client_directory.h"
#include "connectors/websocket/connection_journal.h"
#include "connectors/websocket/input_fanout.h"
#include "connectors/websocket/peer_session.h"
#include "connectors/websocket/stream_settings.h"
#include "connectors/websocket/upgrade_policy.h"

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds farewell_time{1'000};
constexpr std::chrono::milliseconds first_accept_backoff{20};
constexpr std::chrono::milliseconds longest_accept_backoff{1'000};
/// Connections that have not shaken hands yet, beyond max_connections: enough to tell them that there is no room.
constexpr std::size_t handshakes_beyond_limit = 256;

}  // namespace

class WebSocketServer::Implementation {
public:
    Implementation(std::string name, std::shared_ptr<const WebSocketOptions> options, const ConnectionContext& context)
        : options_(std::move(options)),
          context_(context),
          strand_(net::make_strand(context.io.context())),
          journal_(std::move(name), "websocket", context.secrets, context.observer),
          inputs_(journal_, *options_),
          clients_(*options_),
          acceptor_(strand_),
          event_(strand_),
          closed_event_(strand_),
          tasks_([this](const std::string& what) { journal_.error("internal_error", what); }) {
        journal_.set_endpoint(fmt::format("{}:{}{}", options_->host, options_->port, options_->path));
    }

    ~Implementation() {
        stopping_.store(true);
        tasks_.stop(TaskGroup::Stop::terminal);
        tasks_.wait_empty();
    }

    InputFanout& inputs() noexcept { return inputs_; }

    void open() {
        if (opened_.exchange(true)) return;
        stopping_.store(false);
        tasks_.spawn(strand_, listen(), [this](TaskGroup::Stop) { stop_listening(); });
    }

    void close(std::chrono::milliseconds deadline, std::function<void()> done) {
        stopping_.store(true);
        tasks_.spawn(strand_, close_within(deadline, std::move(done)),
                     [this](TaskGroup::Stop) { closed_event_.notify(); });
    }

    void pause(bool paused) {
        inputs_.set_paused(paused);
        if (paused_.exchange(paused) != paused) {
            journal_.log("info", paused ? "paused" : "resumed", paused ? "reading stopped" : "reading goes on");
        }
        journal_.changed();
    }

    SendOutcome send(const OutgoingMessage& message) {
        const ConnectionState state = journal_.state();
        if (state == ConnectionState::failed) return SendOutcome::failed;
        if (stopping_.load() || state != ConnectionState::listening) return SendOutcome::not_connected;
        std::uint64_t dropped = 0;
        const SendOutcome outcome = clients_.send(message, dropped);
        if (dropped > 0) journal_.messages_dropped.fetch_add(dropped, std::memory_order_relaxed);
        return outcome;
    }

    bool send_queue_empty() const { return clients_.queues_empty(); }

    ConnectionStatus status() const {
        ConnectionStatus status = journal_.status();
        if (status.state == ConnectionState::listening && paused_.load()) status.state = ConnectionState::paused;
        status.port = port_.load();
        status.clients = clients_.size();
        status.pending_messages = inputs_.pending_messages();
        return status;
    }

    void test(std::function<void(std::vector<ConnectionTestStep>)> done) {
        tasks_.spawn(strand_, run_test(std::move(done)), {});
    }

private:
    /// One client from its TCP connection on. Lives on a strand of its own.
    struct Visit {
        Visit(tcp::socket accepted, net::any_io_executor own_strand, std::string client_ip, std::string address)
            : socket(std::move(accepted)),
              strand(std::move(own_strand)),
              ip(std::move(client_ip)),
              remote_address(std::move(address)) {}

        tcp::socket socket;
        net::any_io_executor strand;
        std::string ip;
        std::string remote_address;
        TlsPeerReport tls_report;
        std::unique_ptr<MessageStream> stream;
        PeerSession* session = nullptr;
        bool stopped = false;
    };

    net::awaitable<void> listen();
    bool bind(tcp::acceptor& acceptor, const tcp::endpoint& address, std::string& problem) const;
    bool prepare_admission(std::string& problem);
    net::awaitable<void> accept_clients();
    void welcome(tcp::socket socket, const net::any_io_executor& strand);
    net::awaitable<void> receive(std::shared_ptr<Visit> visit);
    net::awaitable<bool> admit(Visit& visit, bool& holds_place);
    net::awaitable<void> turn_away(Visit& visit, const UpgradeRefusal& refusal);
    net::awaitable<void> serve(Visit& visit);
    void stop_visit(Visit& visit, TaskGroup::Stop how);
    net::awaitable<void> close_within(std::chrono::milliseconds deadline, std::function<void()> done);
    net::awaitable<void> run_test(std::function<void(std::vector<ConnectionTestStep>)> done);
    net::awaitable<void> fail_connection(std::string reason);
    void stop_listening();
    void fail(const std::string& event, const std::string& problem);

    const std::shared_ptr<const WebSocketOptions> options_;
    const ConnectionContext context_;
    const net::any_io_executor strand_;
    ConnectionJournal journal_;
    InputFanout inputs_;
    ClientDirectory clients_;
    std::atomic<bool> opened_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> failed_{false};
    std::atomic<bool> paused_{false};
    std::atomic<std::uint16_t> port_{0};
    std::atomic<std::size_t> visits_{0};
    // Set before the first client comes, constant while there are any:
    UpgradePolicy policy_;
    std::shared_ptr<net::ssl::context> tls_;
    // On the strand:
    tcp::acceptor acceptor_;
    StrandEvent event_;         ///< Wakes the acceptor from its backoff.
    StrandEvent closed_event_;  ///< A client has gone, or the acceptor.
    bool listening_ = false;
    std::shared_ptr<NameResolution> resolution_;
    TaskGroup tasks_;  ///< Last: its children refer to everything above.
};

void WebSocketServer::Implementation::fail(const std::string& event, const std::string& problem) {
    journal_.error(event, problem);
    (void)inputs_.report_connection_error(problem, {});
    journal_.set_state(ConnectionState::failed);
}

bool WebSocketServer::Implementation::prepare_admission(std::string& problem) {
    const auto resolve = [this, &problem](const std::optional<std::string>& text, std::string_view option,
                                          std::optional<std::string>& resolved) {
        if (!text) return true;
        SecretResolver::Result result = context_.secrets.resolve(*text);
        if (!result.missing.empty()) {
            problem = fmt::format("{}: {}", option, fmt::join(result.missing, "; "));
            return false;
        }
        resolved = std::move(result.text);
        return true;
    };
    UpgradePolicy policy;
    policy.path = options_->path;
    policy.allowed_origins = options_->allowed_origins;
    policy.subprotocols = options_->subprotocols;
    std::optional<std::string> certificate;
    std::optional<std::string> key;
    std::optional<std::string> authority;
    if (!resolve(options_->auth_token, "auth_token", policy.auth_token) ||
        !resolve(options_->basic_auth, "basic_auth", policy.basic_auth) ||
        !resolve(options_->tls_cert, "tls_cert", certificate) || !resolve(options_->tls_key, "tls_key", key) ||
        !resolve(options_->tls_client_ca, "tls_client_ca", authority)) {
        return false;
    }
    policy_ = std::move(policy);
    tls_.reset();
    if (!certificate) return true;
    try {
        tls_ = make_server_tls_context({*certificate, key.value_or(""), authority.value_or("")});
    } catch (const std::exception& error) {
        problem = error.what();
        return false;
    }
    return true;
}

bool WebSocketServer::Implementation::bind(tcp::acceptor& acceptor, const tcp::endpoint& address,
                                           std::string& problem) const {
    boost::system::error_code error;
    acceptor.open(address.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    // "::" takes IPv4 clients, too.
    if (!error && address.address().is_v6()) acceptor.set_option(net::ip::v6_only(false), error);
    if (!error) acceptor.bind(address, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) return true;
    problem = fmt::format("cannot listen on {}: {}", address_text(address), error.message());
    boost::system::error_code ignored;
    acceptor.close(ignored);
    return false;
}

net::awaitable<void> WebSocketServer::Implementation::listen() {
    journal_.set_state(ConnectionState::connecting);
    std::string problem;
    if (!prepare_admission(problem)) {
        fail("invalid_option", problem);
        opened_.store(false);
        co_return;
    }
    resolution_ = std::make_shared<NameResolution>(strand_, options_->host, options_->port);
    boost::system::error_code error;
    const std::vector<tcp::endpoint> addresses = co_await resolution_->run(options_->connect_timeout, error);
    resolution_.reset();
    if (stopping_.load()) co_return;
    bool bound = false;
    if (error || addresses.empty()) {
        problem = fmt::format("cannot resolve host \"{}\": {}", options_->host, error.message());
    }
    for (const tcp::endpoint& address : addresses) {
        bound = bind(acceptor_, address, problem);
        if (bound) break;
    }
    if (!bound) {
        fail("listen_failed", problem);
        opened_.store(false);
        co_return;
    }
    const tcp::endpoint local = acceptor_.local_endpoint(error);
    port_.store(local.port());
    failed_.store(false);
    journal_.set_endpoint(fmt::format("{}{}", address_text(local), options_->path));
    journal_.set_connected_since(utc_now());
    listening_ = true;
    journal_.set_state(ConnectionState::listening);
    const char* scheme = tls_ ? "wss" : "ws";
    journal_.log(
        "info", "listening",
        fmt::format(
            "listening on {}://{}{}{}", scheme, address_text(local), options_->path,
            local.address().is_loopback() ? " (this machine only; host = '0.0.0.0' opens it to the network)" : ""));
    co_await accept_clients();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    listening_ = false;
    closed_event_.notify();
}

net::awaitable<void> WebSocketServer::Implementation::accept_clients() {
    std::chrono::milliseconds backoff = first_accept_backoff;
    while (!stopping_.load() && acceptor_.is_open()) {
        const net::any_io_executor strand = net::make_strand(context_.io.context());
        boost::system::error_code error;
        tcp::socket socket = co_await acceptor_.async_accept(strand, net::redirect_error(net::use_awaitable, error));
        if (stopping_.load() || !acceptor_.is_open()) co_return;
        if (!error) {
            backoff = first_accept_backoff;
            welcome(std::move(socket), strand);
            continue;
        }
        // A client that left before it was accepted is its own business.
        if (error == net::error::connection_aborted || error == net::error::connection_reset) continue;
        // Most likely out of file descriptors: serve those who are in, and try again.
        journal_.error("accept_failed",
                       fmt::format("cannot accept a client: {}; next try in {} ms", error.message(), backoff.count()));
        const Clock::time_point due = Clock::now() + backoff;
        while (!stopping_.load() && Clock::now() < due) co_await event_.wait_until(due);
        backoff = std::min(backoff * 2, longest_accept_backoff);
    }
}

void WebSocketServer::Implementation::welcome(tcp::socket socket, const net::any_io_executor& strand) {
    boost::system::error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;  // Gone already.
    if (visits_.load() >= options_->max_connections + handshakes_beyond_limit) {
        journal_.log("warning", "client_refused", address_text(remote) + ": too many connections");
        return;
    }
    socket.set_option(tcp::no_delay(true), error);
    visits_.fetch_add(1);
    auto visit = std::make_shared<Visit>(std::move(socket), strand, remote.address().to_string(), address_text(remote));
    tasks_.spawn(strand, receive(visit), [this, visit](TaskGroup::Stop how) { stop_visit(*visit, how); });
}

void WebSocketServer::Implementation::stop_visit(Visit& visit, TaskGroup::Stop how) {
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

net::awaitable<void> WebSocketServer::Implementation::receive(std::shared_ptr<Visit> visit) {
    bool holds_place = false;
    bool admitted = false;
    visit->stream = std::make_unique<MessageStream>(std::move(visit->socket), tls_, stream_settings(*options_));
    if (!visit->stopped) admitted = co_await admit(*visit, holds_place);
    if (admitted && !visit->stopped) co_await serve(*visit);
    visit->stream.reset();
    if (holds_place) clients_.leave_place(visit->ip);
    visits_.fetch_sub(1);
    if (stopping_.load()) closed_event_.post();
}

net::awaitable<bool> WebSocketServer::Implementation::admit(Visit& visit, bool& holds_place) {
    MessageStream& stream = *visit.stream;
    const Deadline limit(visit.strand, options_->handshake_timeout, [&stream] { stream.abort(); });
    const auto report = [&](const std::string& why) {
        if (visit.stopped) return;
        journal_.log("warning", "handshake_failed",
                     fmt::format("{}: {}", visit.remote_address,
                                 limit.expired() ? fmt::format("no handshake within {} ms (handshake_timeout_ms)",
                                                               options_->handshake_timeout.count())
                                                 : why));
    };
    boost::system::error_code error;
    if (tls_) {
        prepare_server_tls(stream.tls_handle(), visit.tls_report);
        error = co_await stream.tls_handshake(false);
        if (error) {
            report("TLS: " + describe_tls_failure(error, visit.tls_report, visit.remote_address));
            co_return false;
        }
    }
    UpgradeRequest request;
    error = co_await stream.read_request(options_->max_header_size, request);
    if (error) {
        report(describe_stream_error(error));
        if (is_header_too_large(error)) {
            const UpgradeRefusal refusal{431, "The request header is too large.", {}};
            co_await turn_away(visit, refusal);
        } else if (is_malformed_http(error)) {
            const UpgradeRefusal refusal{400, "This is not an HTTP request.", {}};
            co_await turn_away(visit, refusal);
        }
        co_return false;
    }
    std::optional<UpgradeRefusal> refusal = check_upgrade(request, policy_);
    if (!refusal) {
        const ClientDirectory::Admission admission = clients_.take_place(visit.ip);
        holds_place = admission == ClientDirectory::Admission::granted;
        if (admission == ClientDirectory::Admission::too_many) {
            refusal = UpgradeRefusal{503, "Too many clients.", {{"Retry-After", "5"}}};
        } else if (admission == ClientDirectory::Admission::too_many_of_address) {
            refusal = UpgradeRefusal{429, "Too many clients from this address.", {{"Retry-After", "5"}}};
        }
    }
    if (refusal) {
        journal_.log("warning", "client_refused",
                     fmt::format("{}: HTTP {}: {}", visit.remote_address, refusal->status, refusal->explanation));
        co_await turn_away(visit, *refusal);
        co_return false;
    }
    const std::string subprotocol = choose_subprotocol(request, policy_);
    error = co_await stream.accept(subprotocol);
    if (error) report(describe_stream_error(error));
    co_return !error;
}

net::awaitable<void> WebSocketServer::Implementation::turn_away(Visit& visit, const UpgradeRefusal& refusal) {
    co_await visit.stream->refuse(refusal.status, refusal.explanation, refusal.headers);
    co_await visit.stream->shut_down(farewell_time);
}

net::awaitable<void> WebSocketServer::Implementation::serve(Visit& visit) {
    const OutboundQueue::Limits limits{options_->send_buffer_size, options_->buffer_bytes};
    const auto client = std::make_shared<ServerClient>(clients_.next_id(), visit.ip, limits);
    MessageOrigin origin;
    origin.connection_name = journal_.name();
    origin.client_id = client->id;
    origin.remote_address = visit.remote_address;
    PeerSession session(*visit.stream, {inputs_, client->outbound, journal_, *options_}, origin);
    client->disconnect = session.overrun_signal();
    visit.session = &session;
    clients_.enroll(client);
    journal_.log("info", "client_connected", fmt::format("{} from {}", client->id, visit.remote_address));
    journal_.changed();

    const SessionEnding ending = co_await session.run();

    visit.session = nullptr;
    clients_.dismiss(client->id);
    const std::size_t dropped = client->outbound.clear();
    if (dropped > 0) journal_.messages_dropped.fetch_add(dropped);
    const std::string text = fmt::format("{} from {}: {}{}", client->id, visit.remote_address, ending.description,
                                         dropped > 0 ? fmt::format("; {} queued messages were not sent", dropped) : "");
    std::optional<std::string> verdict = ending.connection_failure;
    if (ending.orderly || visit.stopped) {
        journal_.log("info", "client_disconnected", text);
    } else {
        journal_.log("warning", "client_disconnected", text);
        journal_.set_last_error(text);
        // One client's trouble fails the server only when there is too much of it.
        if (!verdict) verdict = inputs_.report_connection_error(ending.description, origin);
    }
    if (verdict && !failed_.exchange(true)) tasks_.spawn(strand_, fail_connection(*verdict), {});
    journal_.changed();
}

net::awaitable<void> WebSocketServer::Implementation::fail_connection(std::string reason) {
    journal_.error("failed", reason);
    journal_.set_state(ConnectionState::failed);
    stop_listening();
    tasks_.stop(TaskGroup::Stop::graceful);
    co_return;
}

void WebSocketServer::Implementation::stop_listening() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    if (resolution_) resolution_->abort();
    event_.notify();
}

net::awaitable<void> WebSocketServer::Implementation::close_within(std::chrono::milliseconds deadline,
                                                                   std::function<void()> done) {
    if (journal_.state() != ConnectionState::failed) journal_.set_state(ConnectionState::closing);
    stop_listening();
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
    if (journal_.state() != ConnectionState::failed) {
        journal_.set_state(ConnectionState::closed);
        journal_.log("info", "closed", "closed");
    }
    if (done) done();
}

net::awaitable<void> WebSocketServer::Implementation::run_test(
    std::function<void(std::vector<ConnectionTestStep>)> done) {
    const Clock::time_point start = Clock::now();
    ConnectionTestStep step{"bind", false, {}, {}};
    boost::system::error_code error;
    if (listening_) {
        step.ok = true;
        step.detail = "listening on " + address_text(acceptor_.local_endpoint(error));
    } else {
        NameResolution resolution(strand_, options_->host, options_->port);
        const std::vector<tcp::endpoint> addresses = co_await resolution.run(options_->connect_timeout, error);
        if (error || addresses.empty()) {
            step.detail = fmt::format("cannot resolve host \"{}\": {}", options_->host, error.message());
        } else {
            tcp::acceptor trial(strand_);
            step.ok = bind(trial, addresses.front(), step.detail);
            if (step.ok) step.detail = address_text(trial.local_endpoint(error)) + " is free";
        }
    }
    step.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    std::vector<ConnectionTestStep> steps;
    steps.push_back(std::move(step));
    done(std::move(steps));
}

WebSocketServer::WebSocketServer(std::string name, std::shared_ptr<const WebSocketOptions> options,
                                 const ConnectionContext& context)
    : implementation_(std::make_unique<Implementation>(std::move(name), std::move(options), context)) {}

WebSocketServer::~WebSocketServer() = default;

void WebSocketServer::add_input(TableStream stream, std::shared_ptr<InputChannel> channel) {
    implementation_->inputs().add(stream, std::move(channel));
}

void WebSocketServer::remove_input(const std::shared_ptr<InputChannel>& channel) {
    implementation_->inputs().remove(channel);
}

void WebSocketServer::open() { implementation_->open(); }

void WebSocketServer::close(std::chrono::milliseconds deadline, std::function<void()> done) {
    implementation_->close(deadline, std::move(done));
}

void WebSocketServer::pause() { implementation_->pause(true); }

void WebSocketServer::resume() { implementation_->pause(false); }

SendOutcome WebSocketServer::send(OutgoingMessage message) { return implementation_->send(message); }

bool WebSocketServer::send_queue_empty() const { return implementation_->send_queue_empty(); }

ConnectionStatus WebSocketServer::status() const { return implementation_->status(); }

void WebSocketServer::test(std::chrono::milliseconds /*timeout*/,
                           std::function<void(std::vector<ConnectionTestStep>)> done) {
    implementation_->test(std::move(done));
}

}  // namespace laminar
