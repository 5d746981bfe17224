#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "runtime/session.h"

namespace laminar {

/// Ctrl-C, as it meets what a shell does at the moment. Thread-safe: the signal's thread interrupts, the shell's own
/// thread does the rest.
class ShellInterruption {
public:
    /// From now on an interruption cancels what the session executes. The session must live until end().
    void begin(Session& session) {
        const std::lock_guard lock(mutex_);
        session_ = &session;
        happened_ = false;
    }
    void end() {
        const std::lock_guard lock(mutex_);
        session_ = nullptr;
    }
    /// False when nothing runs that could be interrupted.
    bool interrupt() {
        const std::lock_guard lock(mutex_);
        if (!session_) return false;
        happened_ = true;
        session_->cancel();
        happening_.notify_all();
        return true;
    }

    /// Since begin().
    [[nodiscard]] bool happened() const {
        const std::lock_guard lock(mutex_);
        return happened_;
    }
    void forget() {
        const std::lock_guard lock(mutex_);
        happened_ = false;
    }
    /// Sleeps; true as soon as it happens.
    bool wait_for(std::chrono::milliseconds duration) {
        std::unique_lock lock(mutex_);
        return happening_.wait_for(lock, duration, [this] { return happened_; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable happening_;
    Session* session_ = nullptr;  ///< Guarded by mutex_, as the next.
    bool happened_ = false;
};

}  // namespace laminar
