#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "connectors/delivery/last_answers.h"
#include "connectors/websocket/session/peer_session.h"

namespace laminar {

namespace net = boost::asio;

namespace {
/// How long the peer may take to answer our close frame, which it sees after all that was sent before.
constexpr std::chrono::milliseconds close_answer_time{5'000};
/// How long messages wait for the ping whose pong proves them, when they are to be proven.
constexpr std::chrono::milliseconds proof_interval{200};
/// How long no pong comes before that is said.
constexpr std::chrono::seconds pong_patience{10};
}  // namespace

std::optional<std::int64_t> PeerSession::sendable() const {
    // A client's next session takes up what is for anybody; a server's client has none.
    const bool is_client = message_.origin->peer.empty();
    const bool is_last_call = hearing_over_ && is_client && stream_.peer_has_hung_up();
    return opened_ && !is_last_call ? std::nullopt : std::optional(environment_.session);
}

bool PeerSession::fill_send_buffer() {
    bool wrote = false;
    SendPace& pace = environment_.texts.pace();
    const std::optional<std::int64_t> session = sendable();
    while (stream_.is_open() && stream_.unsent_bytes() < MessageStream::comfortable_unsent()) {
        if (!pace.allows_now()) break;
        std::optional<OutgoingMessage> message = environment_.outbound.take(session);
        if (!message) break;
        if (message->acknowledges && environment_.options.ack_message)
            environment_.texts.remake(*message, *environment_.options.ack_message);
        pace.note_sent();
        if (stream_.write(*message->payload, message->binary)) break;
        proof_.wrote();
        unconfirmed_.emplace_back(stream_.appended_bytes(), message->payload->size());
        wrote = true;
    }
    return wrote;
}

void PeerSession::confirm_sent() {
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < unconfirmed_.size() && unconfirmed_[count].first <= stream_.sent_bytes()) {
        bytes += unconfirmed_[count++].second;
    }
    if (count == 0) return;
    unconfirmed_.erase(unconfirmed_.begin(), unconfirmed_.begin() + static_cast<std::ptrdiff_t>(count));
    if (PeerTraffic* traffic = environment_.traffic) {
        traffic->messages_sent.fetch_add(count, std::memory_order_relaxed);
        traffic->bytes_sent.fetch_add(bytes, std::memory_order_relaxed);
    }
    environment_.journal.messages_sent.fetch_add(count, std::memory_order_relaxed);
    environment_.journal.bytes_sent.fetch_add(bytes, std::memory_order_relaxed);
    if (redelivers_) environment_.outbound.note_handed_over(count);
    const std::uint64_t proven = proof_.sent(count);
    release(redelivers_ ? proven : count);
    if (redelivers_) proof_event_.notify();
}

/// So many messages need not be kept any longer.
void PeerSession::release(std::uint64_t count) {
    if (count == 0) return;
    const bool awaited = environment_.outbound.confirm(count);
    if (awaited || environment_.outbound.is_empty()) environment_.journal.changed();
    if (hearing_over_) last_words_event_.notify();
}

void PeerSession::note_all_read() {
    const std::uint64_t count = proof_.read_all();
    if (redelivers_) release(count);
}

void PeerSession::note_pong(std::string_view payload) {
    const std::uint64_t count = proof_.pong(payload);
    if (!redelivers_) return;
    release(count);
    proof_event_.notify();
}

void PeerSession::ping() {
    if (!stream_.ping(proof_.ping_payload())) return;
    proof_.pinged();
    environment_.texts.pace().note_sent();
    last_ping_ = Clock::now();
}

/// Pings for the sake of their pongs: soon after messages have been sent, and at once when the queue fills up with what
/// is only waiting to be proven.
net::awaitable<void> PeerSession::prove_delivery() {
    std::optional<Clock::time_point> complaint_due;
    bool complained = false;
    while (redelivers_ && !ending()) {
        const Clock::time_point now = Clock::now();
        const std::uint64_t in_doubt = proof_.in_doubt();
        if (in_doubt == 0 || !proof_.awaits_pong()) {
            complaint_due.reset();
        } else if (!complaint_due) {
            complaint_due = now + pong_patience;
        }
        if (complaint_due && *complaint_due <= now && !std::exchange(complained, true)) {
            environment_.journal.log("warning", "no_pong",
                                     fmt::format("no pong has come for {} s; {} sent messages wait for one in the "
                                                 "queue (delivery = 'at_least_once')",
                                                 pong_patience.count(), in_doubt));
        }
        Clock::time_point wake = Clock::time_point::max();
        if (in_doubt > 0 && !proof_.awaits_pong()) {
            const bool urgent = in_doubt >= environment_.options.send_buffer_size / 2;
            wake = urgent ? now : last_ping_ + proof_interval;
        } else if (complaint_due && !complained) {
            wake = *complaint_due;
        }
        if (wake > now) {
            co_await proof_event_.wait_until(wake);
            continue;
        }
        ping();
        // The one before is still on its way out.
        if (!proof_.awaits_pong()) co_await proof_event_.wait_until(now + proof_interval);
    }
}

net::awaitable<void> PeerSession::write_messages() {
    std::optional<LastAnswers> answers;
    while (!stopping_) {
        const bool wrote = fill_send_buffer();
        if (wrote || !unconfirmed_.empty()) {
            const boost::system::error_code error = co_await stream_.flush();
            confirm_sent();
            if (error) break;
            continue;
        }
        const SendPace& pace = environment_.texts.pace();
        // Not whether it allows one by now: nobody else would look again.
        if (pace.is_limited() && stream_.is_open() && environment_.outbound.has_more_for_writer(sendable())) {
            co_await writer_event_.wait_until(pace.next());
            continue;
        }
        if (close_requested_ && !hearing_over_) {
            if (!cause_.empty()) {
                // What came before the cause has its answers, too; some of the time is for the close frame.
                const Clock::time_point now = Clock::now();
                const Clock::duration left = std::max(close_deadline_, now) - now;
                if (!answers)
                    answers.emplace(environment_.inputs, environment_.outbound,
                                    now + std::max<Clock::duration>(left / 2, left - farewell_time));
                if (answers->may_come()) {
                    co_await answers->wait(writer_event_);
                    continue;
                }
                // The last may have come since the queue was looked at.
                if (now < answers->due() && environment_.outbound.has_waiting(sendable())) continue;
            }
            // Everything has been handed to the system: a peer that does not answer holds nobody up.
            close_deadline_ = std::min(close_deadline_, Clock::now() + close_answer_time);
            close_event_.notify();
            co_await stream_.close(requested_code_, requested_reason_);
            break;
        }
        co_await writer_event_.wait();
    }
}

}  // namespace laminar
