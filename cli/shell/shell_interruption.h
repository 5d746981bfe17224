#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "catalog/threads/mutex.h"
#include "runtime/session/session.h"

namespace laminar {

/// Ctrl-C, and the request to end, as they meet what a shell does at the moment. Thread-safe: the signal's thread
/// interrupts, the shell's own thread does the rest.
class ShellInterruption {
public:
    using Clock = std::chrono::steady_clock;

    ShellInterruption() = default;
    ~ShellInterruption() {
        {
            const MutexLock lock(mutex_);
            over_ = true;
        }
        happening_.notify_all();
        if (ender_.joinable()) ender_.join();
    }
    ShellInterruption(const ShellInterruption&) = delete;
    ShellInterruption& operator=(const ShellInterruption&) = delete;

    /// From now on an interruption cancels what the session executes. The session must live until end().
    void begin(Database& database, Session& session) {
        const MutexLock lock(mutex_);
        database_ = &database;
        session_ = &session;
        happened_ = false;
    }
    void end() {
        const MutexLock lock(mutex_);
        session_ = nullptr;
    }
    /// False when nothing runs that could be interrupted.
    bool interrupt() {
        const MutexLock lock(mutex_);
        if (!session_) return false;
        happened_ = true;
        session_->cancel();
        happening_.notify_all();
        return true;
    }
    /// The shell is to end: whatever it executes from now on is cancelled, again and again, and when the time is over
    /// what holds that up as well. From one thread.
    void interrupt_for_good(std::chrono::milliseconds time) {
        {
            const MutexLock lock(mutex_);
            if (end_asked_at_) return;
            end_asked_at_ = Clock::now();
        }
        ender_ = std::thread([this, due = Clock::now() + time] { keep_interrupting(due); });
    }
    /// What is left of the time for the end.
    [[nodiscard]] std::chrono::milliseconds left_of(std::chrono::milliseconds time) const {
        const MutexLock lock(mutex_);
        if (!end_asked_at_) return time;
        const auto since = std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - *end_asked_at_);
        return std::max(time - since, std::chrono::milliseconds(0));
    }

    /// Since begin().
    [[nodiscard]] bool happened() const {
        const MutexLock lock(mutex_);
        return happened_;
    }
    void forget() {
        const MutexLock lock(mutex_);
        happened_ = false;
    }
    /// Sleeps; true as soon as it happens.
    bool wait_for(std::chrono::milliseconds duration) {
        MutexLock lock(mutex_);
        return happening_.wait_for(lock, duration, [this]() LAMINAR_REQUIRES(mutex_) { return happened_; });
    }

private:
    void keep_interrupting(Clock::time_point due) {
        constexpr std::chrono::milliseconds interrupt_every{50};
        MutexLock lock(mutex_);
        while (!over_) {
            if (session_) {
                happened_ = true;
                session_->cancel();
                if (Clock::now() >= due) database_->abandon();
            }
            happening_.notify_all();
            happening_.wait_for(lock, interrupt_every, [this]() LAMINAR_REQUIRES(mutex_) { return over_; });
        }
    }

    mutable Mutex mutex_;
    ConditionVariable happening_;
    Database* database_ LAMINAR_GUARDED_BY(mutex_) = nullptr;
    Session* session_ LAMINAR_GUARDED_BY(mutex_) = nullptr;
    bool happened_ LAMINAR_GUARDED_BY(mutex_) = false;
    bool over_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::optional<Clock::time_point> end_asked_at_ LAMINAR_GUARDED_BY(mutex_);
    std::thread ender_;  ///< Of the thread that asks for the end.
};

}  // namespace laminar
