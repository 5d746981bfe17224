#include "cli/commands/run_monitor.h"

#include <utility>

#include "catalog/threads/mutex.h"
#include "cli/commands/end_limit.h"
#include "cli/commands/progress_text.h"

namespace laminar {
namespace {

constexpr auto look_every = std::chrono::milliseconds(100);
constexpr auto show_every = std::chrono::milliseconds(500);

}  // namespace

RunMonitor::RunMonitor(Database& database, Session& session, StopRequest& stop, const TextOutput& output,
                       StatusLine& status_line, std::optional<Clock::time_point> time_limit,
                       std::chrono::milliseconds shutdown_timeout, std::function<void()> cut_off)
    : database_(database),
      session_(session),
      stop_(stop),
      output_(output),
      status_line_(status_line),
      time_limit_(time_limit),
      shutdown_timeout_(shutdown_timeout),
      cut_off_(std::move(cut_off)),
      shown_at_(Clock::now()),
      thread_([this] { watch(); }) {}

RunMonitor::~RunMonitor() {
    {
        const MutexLock lock(mutex_);
        end_ = true;
    }
    ending_.notify_all();
    thread_.join();
    status_line_.erase();
}

void RunMonitor::watch() {
    MutexLock lock(mutex_);
    while (!ending_.wait_for(lock, look_every, [this]() LAMINAR_REQUIRES(mutex_) { return end_; })) {
        lock.unlock();
        const Clock::time_point now = Clock::now();
        if (time_limit_ && now >= *time_limit_) stop_.make(StopReason::time_limit);
        if (output_.is_closed()) stop_.make(StopReason::output_closed);
        // Again and again: a cancellation that comes just before a statement starts would be lost.
        if (const auto asked_at = stop_.made_at(); asked_at && statement_runs_) {
            // The statement itself may wait for what a pipeline has the engine do.
            session_.cancel();
            if (now >= *asked_at + shutdown_timeout_) database_.abandon();
            if (now >= *asked_at + shutdown_timeout_ + shutdown_grace) cut_off_();
        }
        if (status_line_.is_enabled() && now - shown_at_ >= show_every) show_progress(now);
        lock.lock();
    }
}

void RunMonitor::show_progress(Clock::time_point now) {
    DatabaseStatus status = database_.status();
    const std::chrono::duration<double> elapsed = now - shown_at_;
    shown_at_ = now;
    if (status.messages_in > 0 || status.live) status_line_.show(progress_text(status_shown_, status, elapsed));
    status_shown_ = std::move(status);
}

}  // namespace laminar
