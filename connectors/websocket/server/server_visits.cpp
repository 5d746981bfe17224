#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>

#include "connectors/net/exception_text.h"
#include "connectors/net/listening_socket.h"
#include "connectors/websocket/server/websocket_server.h"

namespace laminar {

namespace net = boost::asio;
using net::ip::tcp;

namespace {

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

}  // namespace

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
    origin.peer = visit.client_id;
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
    origin->peer = client->id;
    origin->remote_address = visit.remote_address;
    origin->facts = {{WebSocketMetadata::session_id, client->session_id},
                     {WebSocketMetadata::tls_subject, visit.tls_subject},
                     {WebSocketMetadata::query_parameters, visit.query_parameters},
                     {WebSocketMetadata::path_parameters, visit.path_parameters},
                     {WebSocketMetadata::request_path, visit.request_path}};
    TextSender texts(*visit.stream, resolved_->format, context_.secrets, {}, SendPace(resolved_->send_rate));
    PeerSession::Environment environment{inputs_, client->outbound,   journal_,        *resolved_,
                                         texts,   client->session_id, &client->traffic};
    environment.replies = replies_;
    PeerSession session(*visit.stream, environment, origin);
    client->disconnect = session.overrun_signal();
    std::optional<Stay> stay(std::in_place, visit, clients_, session, client);
    ConnectionEvent event;
    event.event = "connected";
    event.session = client->session_id;
    event.peer = client->id;
    event.remote_address = visit.remote_address;
    event.subprotocol = visit.subprotocol;
    inputs_.report_event(event);
    journal_.log("info", "client_connected", fmt::format("{} from {}", client->id, visit.remote_address));
    journal_.changed();

    const SessionEnding ending = co_await session.run();

    event.event = "disconnected";
    event.reason = ending.description;
    event.close_code = ending.close_code;
    inputs_.report_event(event);
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

/// What was sent to a client that is gone, and may not have reached it.
void WebSocketServer::report_gap(const ServerClient& client, const SessionEnding& ending) {
    ConnectionGap gap;
    gap.connection = journal_.name();
    gap.started_at = utc_now();
    gap.last_message_at = client.traffic.last_message_at.load();
    gap.reason = journal_.redact(ending.description);
    gap.maybe_lost = ending.in_doubt;
    gap.peer = client.id;
    journal_.report(gap);
}

}  // namespace laminar
