#include <fmt/format.h>

#include <algorithm>

#include "connectors/websocket/session/peer_session.h"

namespace laminar {

namespace net = boost::asio;

namespace {
/// More bytes than the frames of a heartbeat: a message is on its way.
constexpr std::uint64_t message_in_the_making = 1024;

}  // namespace

net::awaitable<void> PeerSession::send_heartbeats() {
    const auto timeout = environment_.options.heartbeat_timeout;
    std::chrono::milliseconds interval = heartbeat_interval_;
    // Pings keep their interval. Beside them one question at a time is open: whether anything has come since it was
    // asked. The first ping after its answer asks the next.
    std::optional<Probe> probe;
    Clock::time_point next = Clock::now() + interval;
    while (!ending()) {
        if (interval != heartbeat_interval_) {
            interval = heartbeat_interval_;
            next = Clock::now() + interval;
        }
        if (interval.count() <= 0) {
            if (opened_) co_return;  // Nobody will ask for any.
            co_await heartbeat_event_.wait();
            continue;
        }
        if (co_await heartbeat_event_.wait_until(probe ? std::min(next, probe->due) : next)) continue;
        if (probe && is_answered(*probe)) probe.reset();
        if (probe && Clock::now() >= probe->due) {
            end(fmt::format("no answer to {} within {} s (heartbeat_timeout_s)", pong_ ? "ping_message" : "ping",
                            timeout.count()));
            co_return;
        }
        if (Clock::now() < next) continue;
        next = std::max(next + interval, Clock::now());
        if (!probe && timeout.count() > 0) probe = begin_probe();
        // What waits to be sent asks for an answer as well as a ping does. A message of the application's is due all
        // the same, unless the peer takes nothing.
        if (stream_.unsent_bytes() == 0) ping();
        if (unsent_answers_are_many()) continue;
        const std::optional<ComputedText>& message = environment_.options.ping_message;
        const bool is_known = opened_ || !environment_.opening->is_in_handshake();
        if (!message || !is_known || !stream_.is_open()) continue;
        const std::string problem = environment_.texts.send(*message);
        if (!problem.empty() && stream_.is_open()) end("ping_message: " + problem);
    }
}

PeerSession::Probe PeerSession::begin_probe() const {
    Probe probe;
    probe.received = stream_.received_bytes();
    probe.sent = stream_.sent_bytes();
    probe.messages = messages_;
    probe.stalls = stall_count_;
    // Unsent bytes are a probe of their own; more of them would only pile up.
    probe.congested = stream_.unsent_bytes() > 0;
    probe.due = Clock::now() + environment_.options.heartbeat_timeout;
    return probe;
}

/// Anything received is a sign of life, unless the application itself is asked for one: then its messages are. So is a
/// peer that makes room for what was stuck. While we do not read, silence proves nothing.
bool PeerSession::is_answered(const Probe& probe) const {
    const std::uint64_t received = stream_.received_bytes() - probe.received;
    const bool heard = pong_ ? messages_ > probe.messages || received > message_in_the_making : received > 0;
    return heard || (probe.congested && stream_.sent_bytes() > probe.sent) || stalled_ || stall_count_ != probe.stalls;
}

net::awaitable<void> PeerSession::watch_for_silence() {
    const auto limit = environment_.options.idle_timeout;
    if (limit.count() <= 0) co_return;
    while (!ending()) {
        const Clock::time_point due = (stalled_ ? Clock::now() : last_message_) + limit;
        if (due <= Clock::now()) {
            cause_ = fmt::format("no message for {} s (idle_timeout_s)", limit.count());
            request_close(1001, "idle", farewell_time);
            co_return;
        }
        co_await silence_event_.wait_until(due);
    }
}

/// Each message that is awaited first has its own patience, and each that is sent its time.
net::awaitable<void> PeerSession::watch_opening() {
    std::size_t position = 0;
    Clock::time_point due = Clock::time_point::min();
    while (!ending() && !opened_ && !opening_failed_) {
        Opening& opening = *environment_.opening;
        if (const auto sending = opening.sending_due()) {
            if (*sending > Clock::now()) {
                co_await opening_event_.wait_until(*sending);
            } else {
                opening.go_on();
                note_opening();
            }
            continue;
        }
        if (due == Clock::time_point::min() || opening.position() != position) due = Clock::now() + opening.patience();
        position = opening.position();
        if (Clock::now() >= due && !stalled_) {
            fail_opening(opening.describe_silence(),
                         opening.is_in_handshake() ? "handshake failed" : "subscription not confirmed");
            co_return;
        }
        if (Clock::now() >= due) due = Clock::now() + opening.patience();  // Nobody was listening.
        co_await opening_event_.wait_until(due);
    }
}

net::awaitable<void> PeerSession::enforce_close_deadline() {
    while (!stopping_) {
        const bool woken = co_await close_event_.wait_until(close_deadline_);
        if (overrun_->load()) {
            end("the peer reads too slowly, its queue is full (slow_client = 'disconnect')");
            co_return;
        }
        if (!woken && !stopping_ && Clock::now() >= close_deadline_) {
            stream_.abort();
            reader_event_.notify();
            last_words_event_.notify();
            co_return;
        }
    }
}

}  // namespace laminar
