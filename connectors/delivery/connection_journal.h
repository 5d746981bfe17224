#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/options/secret_resolver.h"
#include "catalog/threads/mutex.h"
#include "connectors/connection.h"
#include "connectors/delivery/log_limit.h"
#include "connectors/rows/utc_clock.h"

namespace laminar {

/// What a connection has to tell: its state, its counters, its last error and its log. Everything that leaves here is
/// redacted. Thread-safe; borrows its arguments.
class ConnectionJournal {
public:
    ConnectionJournal(std::string name, std::string connector, const SecretResolver& secrets,
                      ConnectionObserver& observer);

    std::atomic<std::uint64_t> messages_received{0};
    std::atomic<std::uint64_t> messages_sent{0};
    std::atomic<std::uint64_t> bytes_received{0};
    std::atomic<std::uint64_t> bytes_sent{0};
    std::atomic<std::uint64_t> messages_dropped{0};
    std::atomic<std::uint64_t> messages_maybe_lost{0};
    std::atomic<std::uint64_t> messages_failed{0};
    std::atomic<std::uint64_t> messages_unmatched{0};
    std::atomic<std::uint64_t> reconnect_count{0};
    std::atomic<std::uint64_t> errors{0};
    std::atomic<std::uint64_t> errors_dropped{0};
    std::atomic<std::uint64_t> dead_letters{0};
    std::atomic<std::uint64_t> messages_acknowledged{0};
    std::atomic<std::uint64_t> messages_redelivered{0};
    std::atomic<std::int64_t> last_message_at{0};

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// reason: why, when the state does not say it all. Ends what set_next_attempt said, unless it is waiting.
    void set_state(ConnectionState state, std::string_view reason = {});
    [[nodiscard]] ConnectionState state() const noexcept { return state_.load(); }
    void set_connected_since(std::int64_t time) noexcept { connected_since_.store(time); }
    /// When the next attempt to connect is due (UTC microseconds), and its number.
    void set_next_attempt(std::int64_t time, std::uint64_t attempts);
    void set_endpoint(std::string endpoint);
    void set_last_error(std::string_view error);
    void set_finished(bool finished) noexcept { finished_.store(finished); }

    void log(std::string_view level, std::string_view event, std::string_view message);
    /// A line that peers can bring about at will. what: what such lines are about, as a plural; event: of the lines
    /// that tell of those left out.
    void log_limited(LogLimit& limit, std::string_view what, std::string_view level, std::string_view event,
                     std::string_view message);
    /// Logs with level error and keeps the message as last_error.
    void error(std::string_view event, std::string_view message);
    /// Counts messages as dropped, and logs the reason when the 1st, 10th, 100th... of them is.
    void drop(std::uint64_t count, std::string_view reason, std::string_view level = "warning");
    /// Counts messages whose fate nobody knows, and logs a warning. whose: "" or whom they were sent to.
    void doubt(std::uint64_t count, std::string_view whose);
    void report(const ConnectionGap& gap) { observer_.gap(gap); }
    void keep(DeadLetter letter) { observer_.keep(std::move(letter)); }
    void changed() { observer_.changed(); }
    [[nodiscard]] const SecretResolver& secrets() const noexcept { return secrets_; }
    [[nodiscard]] std::string redact(std::string_view text) const { return secrets_.redact(text); }
    /// Redacted, and UTF-8 whatever it was.
    [[nodiscard]] std::string shown(std::string_view text) const;

    /// Without details, pending_messages and messages_in_flight, which the connection adds.
    [[nodiscard]] ConnectionStatus status() const;
    /// Counters and last error go on from there.
    void restore(const ConnectionStatus& status);

private:
    const std::string name_;
    const std::string connector_;
    const SecretResolver& secrets_;
    ConnectionObserver& observer_;
    std::atomic<ConnectionState> state_{ConnectionState::idle};
    std::atomic<std::int64_t> connected_since_{0};
    std::atomic<bool> finished_{false};
    mutable Mutex mutex_;
    std::string endpoint_ LAMINAR_GUARDED_BY(mutex_);
    std::string last_error_ LAMINAR_GUARDED_BY(mutex_);
    std::string state_reason_ LAMINAR_GUARDED_BY(mutex_);
    std::int64_t next_attempt_at_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::uint64_t attempts_ LAMINAR_GUARDED_BY(mutex_) = 0;
};

}  // namespace laminar
