#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "catalog/options/json_path.h"
#include "catalog/threads/mutex.h"
#include "connectors/websocket/client/endpoint.h"
#include "connectors/websocket/client/websocket_client.h"

namespace laminar {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

void WebSocketClient::established(const ConnectedPeer& peer, const ComputedText& endpoint, Round& round) {
    was_connected_ = true;
    round.connected_at = Clock::now();
    {
        const MutexLock lock(session_mutex_);
        subprotocol_ = peer.subprotocol;
    }
    journal_.set_connected_since(utc_now());
    journal_.set_state(ConnectionState::connected);
    journal_.log("info", "connected", "connected to " + peer.description);
    const std::optional<ConnectionGap> gap = gaps_.open();
    const bool resumed = tells_position(endpoint, *options_);
    gaps_.connected(resumed);
    if (gap) {
        ConnectionEvent event;
        event.event = "gap";
        event.session = session_number();
        event.remote_address = peer.remote_address;
        event.reason = gap->reason;
        event.gap_started_at = gap->started_at;
        event.last_position = gap->last_position;
        event.resumed = resumed && !gap->last_position.empty();
        event.maybe_lost = gap->maybe_lost;
        inputs_.report_event(event);
    }
    repeat_all();
}

void WebSocketClient::tell(std::string_view what, const ConnectedPeer& peer, std::string reason, std::uint16_t code) {
    ConnectionEvent event;
    event.event = what;
    event.session = session_number();
    event.remote_address = peer.remote_address;
    event.subprotocol = peer.subprotocol;
    event.reason = std::move(reason);
    event.close_code = code;
    inputs_.report_event(event);
}

net::awaitable<SessionEnding> WebSocketClient::serve(ConnectedPeer& peer, TextSender& texts, Opening& opening,
                                                     const ComputedText& endpoint, Round& round) {
    const auto origin = std::make_shared<MessageOrigin>();
    origin->connection_name = journal_.name();
    origin->remote_address = peer.remote_address;
    const std::int64_t number = begin_next_session();
    origin->facts.emplace_back(WebSocketMetadata::session_id, number);
    begin_session(number);
    PeerSession::Environment environment{inputs_, outbound_, journal_, *resolved_, texts, number};
    environment.replies = replies_;
    is_encrypted_ = peer.tls_context != nullptr;
    next_url_steps_ = parse_json_path(resolved_->reconnect_url_path).value_or(std::vector<std::string>());
    if (position_.is_kept() || !next_url_steps_.empty()) {
        environment.on_message = [this](std::string_view message) {
            if (position_.note(message) && gaps_.awaits_position()) gaps_.position_seen(position_.current());
            if (!next_url_steps_.empty()) note_next_url(message);
        };
    }
    const OpeningScript& script = opening.script();
    const auto is_through = [this, &peer, &endpoint, &round, &script] {
        established(peer, endpoint, round);
        if (!script.steps().empty()) tell("subscribed", peer);
    };
    tell("connected", peer);
    if (opening.is_over()) {
        is_through();
    } else {
        journal_.set_state(ConnectionState::connecting, opening.describe_wait());
        environment.opening = &opening;
        environment.on_progress = [&] { journal_.set_state(ConnectionState::connecting, opening.describe_wait()); };
        environment.on_opened = is_through;
    }
    PeerSession session(*peer.stream, environment, origin);
    session_ = &session;
    if (stop_requested_.load()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(close_due_ - Clock::now());
        session.request_close(1000, "", std::min<std::chrono::milliseconds>(left, std::chrono::hours(1)));
    }
    SessionEnding ending = co_await session.run();
    session_ = nullptr;
    tell("disconnected", peer, ending.description, ending.close_code);
    end_session();
    co_return ending;
}

std::int64_t WebSocketClient::session_number() const {
    const MutexLock lock(session_mutex_);
    return current_session_;
}

void WebSocketClient::begin_session(std::int64_t session) {
    const MutexLock lock(session_mutex_);
    current_session_ = session;
}

void WebSocketClient::end_session() {
    std::int64_t session = 0;
    std::vector<OutgoingMessage> unsent;
    {
        const MutexLock lock(session_mutex_);
        session = std::exchange(current_session_, 0);
        repeats_now_ = false;
        unsent = outbound_.remove_bound();
    }
    if (unsent.empty()) return;
    for (const OutgoingMessage& message : unsent) {
        if (message.repeat_key) continue;  // The next session sends it.
        inputs_.report_undeliverable(*message.payload, fmt::format("session {} ended before it was sent", session));
    }
    journal_.changed();
}

std::string WebSocketClient::gap_reason(const SessionEnding& ending) const {
    if (handing_over()) return "ALTER CONNECTION";
    return next_peer_ ? "goes on at " + shown_place(next_url_.text()) : ending.description;
}

void WebSocketClient::conclude(const SessionEnding& ending, const Opening& opening, const std::string& remote_address,
                               Round& round) {
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
        if (!stopping() || handing_over()) gaps_.lost(gap_reason(ending), position_.current(), ending.in_doubt);
    } else if (!ending.opening_failed && (ending.orderly || opening.is_in_handshake())) {
        round.description = fmt::format("{} {}", ending.description, opening.describe_end());
    }
    if (ending.is_internal) {
        journal_.error("internal_error", ending.description);
        round.connection_failure = ending.description;
    } else if (ending.connection_failure) {
        journal_.error("failed", *ending.connection_failure);
        round.connection_failure = ending.connection_failure;
    } else if (!ending.confirmed && !terminated_ && !ending.by_us) {
        journal_.error(opening.event(), round.description);
        round.connection_failure = judge(round.description, remote_address);
    } else if (ending.orderly && !ReconnectPolicy::is_final(reconnecting_, round.ending)) {
        journal_.log("info", "disconnected", ending.description);
    } else if (!terminated_) {
        journal_.error("disconnected", ending.description);
        round.connection_failure = judge(ending.description, remote_address);
    }
}

}  // namespace laminar
