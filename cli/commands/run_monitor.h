#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include "catalog/threads/mutex.h"
#include "cli/commands/stop_request.h"
#include "cli/terminal/status_line.h"
#include "cli/terminal/text_output.h"
#include "runtime/session/session.h"

namespace laminar {

/// Watches over a run on a thread of its own: requests its end when the time limit is reached or nobody reads the
/// output any more, cancels the statement that runs when the end is requested (and all that holds it up, when
/// shutdown_timeout is over; one that does not end even then, because the reader of its rows stands still, is cut off),
/// and keeps the progress line up to date. Borrows everything; destroy it before the
/// session.
class RunMonitor {
public:
    using Clock = std::chrono::steady_clock;

    RunMonitor(Database& database, Session& session, StopRequest& stop, const TextOutput& output,
               StatusLine& status_line, std::optional<Clock::time_point> time_limit,
               std::chrono::milliseconds shutdown_timeout, std::function<void()> cut_off);
    ~RunMonitor();
    RunMonitor(const RunMonitor&) = delete;
    RunMonitor& operator=(const RunMonitor&) = delete;

    /// Brackets a statement, which is cancelled as soon as the end is requested.
    void statement_begins() noexcept { statement_runs_ = true; }
    void statement_ended() noexcept { statement_runs_ = false; }

private:
    void watch();
    void show_progress(Clock::time_point now);

    Database& database_;
    Session& session_;
    StopRequest& stop_;
    const TextOutput& output_;
    StatusLine& status_line_;
    const std::optional<Clock::time_point> time_limit_;
    const std::chrono::milliseconds shutdown_timeout_;
    const std::function<void()> cut_off_;  ///< Ends the process.
    std::atomic<bool> statement_runs_{false};
    Mutex mutex_;
    ConditionVariable ending_;
    bool end_ LAMINAR_GUARDED_BY(mutex_) = false;
    // Of the watching thread alone.
    Clock::time_point shown_at_;
    DatabaseStatus status_shown_;
    std::thread thread_;
};

}  // namespace laminar
