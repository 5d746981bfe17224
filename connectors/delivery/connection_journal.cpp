#include "connectors/delivery/connection_journal.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "catalog/threads/mutex.h"
#include "parser/text/utf8.h"

namespace laminar {

ConnectionJournal::ConnectionJournal(std::string name, std::string connector, const SecretResolver& secrets,
                                     ConnectionObserver& observer)
    : name_(std::move(name)), connector_(std::move(connector)), secrets_(secrets), observer_(observer) {}

void ConnectionJournal::set_state(ConnectionState state, std::string_view reason) {
    std::string redacted = shown(reason);
    {
        const MutexLock lock(mutex_);
        state_reason_ = std::move(redacted);
        if (state != ConnectionState::waiting_to_reconnect) next_attempt_at_ = 0;
        state_.store(state);
    }
    observer_.changed();
}

void ConnectionJournal::set_next_attempt(std::int64_t time, std::uint64_t attempts) {
    const MutexLock lock(mutex_);
    next_attempt_at_ = time;
    attempts_ = attempts;
}

void ConnectionJournal::set_endpoint(std::string endpoint) {
    const MutexLock lock(mutex_);
    endpoint_ = std::move(endpoint);
}

void ConnectionJournal::set_last_error(std::string_view error) {
    std::string redacted = shown(error);
    const MutexLock lock(mutex_);
    last_error_ = std::move(redacted);
}

std::string ConnectionJournal::shown(std::string_view text) const {
    // Peers give reasons in any bytes.
    return with_valid_utf8(secrets_.redact(text));
}

void ConnectionJournal::log(std::string_view level, std::string_view event, std::string_view message) {
    ConnectionLogEntry entry;
    entry.timestamp = utc_now();
    entry.connection = name_;
    entry.level = level;
    entry.event = event;
    entry.message = shown(message);
    observer_.log(std::move(entry));
}

void ConnectionJournal::log_limited(LogLimit& limit, std::string_view what, std::string_view level,
                                    std::string_view event, std::string_view message) {
    const LogLimit::Answer answer = limit.ask();
    if (answer.verdict == LogLimit::Verdict::leave_out) return;
    if (answer.left_out > 0) log(level, event, fmt::format("{} {} before this were not logged", answer.left_out, what));
    log(level, event, message);
    if (answer.verdict == LogLimit::Verdict::log_and_announce)
        log(level, event, fmt::format("further {} are counted but not logged for a minute", what));
}

void ConnectionJournal::drop(std::uint64_t count, std::string_view reason, std::string_view level) {
    const std::uint64_t before = messages_dropped.fetch_add(count, std::memory_order_relaxed);
    std::uint64_t power = 1;
    while (power <= before) power *= 10;
    if (power > before + count) return;
    log(level, "messages_dropped",
        fmt::format("{} message{} dropped so far; the latest because {}", before + count,
                    before + count == 1 ? "" : "s", reason));
}

void ConnectionJournal::doubt(std::uint64_t count, std::string_view whose) {
    if (count == 0) return;
    messages_maybe_lost.fetch_add(count, std::memory_order_relaxed);
    log("warning", "messages_maybe_lost",
        fmt::format("{} message{} sent{} may be lost: the connection broke before a pong showed that the peer had got "
                    "{}",
                    count, count == 1 ? "" : "s", whose.empty() ? "" : fmt::format(" to {}", whose),
                    count == 1 ? "it" : "them"));
}

void ConnectionJournal::error(std::string_view event, std::string_view message) {
    set_last_error(message);
    log("error", event, message);
}

ConnectionStatus ConnectionJournal::status() const {
    ConnectionStatus status;
    status.name = name_;
    status.connector = connector_;
    status.connected_since = connected_since_.load();
    status.last_message_at = last_message_at.load();
    status.messages_received = messages_received.load();
    status.messages_sent = messages_sent.load();
    status.bytes_received = bytes_received.load();
    status.bytes_sent = bytes_sent.load();
    status.messages_dropped = messages_dropped.load();
    status.messages_maybe_lost = messages_maybe_lost.load();
    status.messages_failed = messages_failed.load();
    status.messages_unmatched = messages_unmatched.load();
    status.reconnect_count = reconnect_count.load();
    status.errors = errors.load();
    status.errors_dropped = errors_dropped.load();
    status.dead_letters = dead_letters.load();
    status.messages_acknowledged = messages_acknowledged.load();
    status.messages_redelivered = messages_redelivered.load();
    status.finished = finished_.load();
    const MutexLock lock(mutex_);
    status.state = state_.load();
    status.endpoint = endpoint_;
    status.last_error = last_error_;
    status.state_reason = state_reason_;
    status.next_attempt_at = next_attempt_at_;
    status.attempts = attempts_;
    return status;
}

void ConnectionJournal::restore(const ConnectionStatus& status) {
    messages_received.store(status.messages_received);
    messages_sent.store(status.messages_sent);
    bytes_received.store(status.bytes_received);
    bytes_sent.store(status.bytes_sent);
    messages_dropped.store(status.messages_dropped);
    messages_maybe_lost.store(status.messages_maybe_lost);
    messages_failed.store(status.messages_failed);
    messages_unmatched.store(status.messages_unmatched);
    reconnect_count.store(status.reconnect_count);
    errors.store(status.errors);
    errors_dropped.store(status.errors_dropped);
    dead_letters.store(status.dead_letters);
    messages_acknowledged.store(status.messages_acknowledged);
    messages_redelivered.store(status.messages_redelivered);
    last_message_at.store(status.last_message_at);
    const MutexLock lock(mutex_);
    last_error_ = status.last_error;
}

}  // namespace laminar
