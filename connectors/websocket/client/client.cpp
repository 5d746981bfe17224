#include "connectors/websocket/client/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "catalog/threads/mutex.h"
#include "connectors/net/deadline.h"
#include "connectors/net/exception_text.h"
#include "connectors/websocket/client/websocket_client.h"

namespace laminar {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

SendOutcome WebSocketClient::send(OutgoingMessage message) {
    if (!message.peer.empty()) return SendOutcome::no_such_peer;
    const ConnectionState state = journal_.state();
    if (handing_over()) return SendOutcome::full;
    if (state == ConnectionState::failed) return SendOutcome::failed;
    if (stop_requested_.load() || state == ConnectionState::closed) return SendOutcome::not_connected;
    if (message.repeat_key) {
        const MutexLock lock(session_mutex_);
        // Whoever waits for room says it again.
        if (repeats_now_ && outbound_.room_for(message.payload->size()) == OutboundQueue::Room::full)
            return SendOutcome::full;
        const std::optional<OutgoingMessage> now = keep_to_repeat(message);
        return now ? enqueue(*now) : SendOutcome::accepted;
    }
    if (!message.session) return enqueue(message);
    // What is in the queue of a session when it ends is taken out of it again.
    const MutexLock lock(session_mutex_);
    if (message.session == current_session_) return enqueue(message);
    return has_been(*message.session) ? SendOutcome::session_ended : SendOutcome::no_such_session;
}

std::optional<OutgoingMessage> WebSocketClient::keep_to_repeat(const OutgoingMessage& message) {
    std::erase_if(repeated_, [&](const OutgoingMessage& each) { return each.repeat_key == message.repeat_key; });
    if (repeated_.size() >= options_->send_buffer_size) {
        journal_.error("not_repeated", fmt::format("a row is sent once and not again after a disconnect: {} are kept "
                                                   "already (send_buffer_size)",
                                                   repeated_.size()));
        OutgoingMessage once = message;
        once.repeat_key.reset();
        return once;
    }
    repeated_.push_back(message);
    if (!repeats_now_) return std::nullopt;
    OutgoingMessage bound = message;
    bound.session = current_session_;
    return bound;
}

/// Before anything else that waits: rows may depend on it.
void WebSocketClient::repeat_all() {
    const MutexLock lock(session_mutex_);
    std::vector<OutgoingMessage> messages = repeated_;
    for (OutgoingMessage& message : messages) message.session = current_session_;
    repeats_now_ = true;
    if (!messages.empty()) outbound_.adopt(std::move(messages));
}

void WebSocketClient::forget_repeated(std::string_view key_begin) {
    const MutexLock lock(session_mutex_);
    std::erase_if(repeated_, [&](const OutgoingMessage& each) { return each.repeat_key->starts_with(key_begin); });
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
    next_peer_.reset();
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
    const std::size_t dropped = outbound_.clear(true);
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
        {
            const MutexLock lock(session_mutex_);
            handover.repeated = std::exchange(repeated_, {});
        }
        handover.position_path = options_->resume_field;
        done(std::move(handover));
    });
}

bool WebSocketClient::take_over(ConnectionHandover&& handover) {
    outbound_.adopt(std::move(handover.unsent));
    {
        const MutexLock lock(session_mutex_);
        repeated_ = std::move(handover.repeated);
    }
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

std::unique_ptr<Connection> make_websocket_client(std::string name, std::shared_ptr<const WebSocketOptions> options,
                                                  const ConnectionContext& context) {
    return std::make_unique<WebSocketClient>(std::move(name), std::move(options), context);
}

}  // namespace laminar
