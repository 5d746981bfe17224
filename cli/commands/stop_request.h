#pragma once

#include <chrono>
#include <optional>

#include "catalog/threads/mutex.h"

namespace laminar {

/// Why a run is to end before it is done.
enum class StopReason { none, signal, time_limit, output_closed };

/// Tells a run to end. The first request counts. Thread-safe.
class StopRequest {
public:
    void make(StopReason reason) {
        {
            const MutexLock lock(mutex_);
            if (reason_ == StopReason::none) made_at_ = std::chrono::steady_clock::now();
            if (reason_ == StopReason::none) reason_ = reason;
        }
        changed_.notify_all();
    }
    [[nodiscard]] StopReason reason() const {
        const MutexLock lock(mutex_);
        return reason_;
    }
    /// When the first request came; nothing: none has.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> made_at() const {
        const MutexLock lock(mutex_);
        return made_at_;
    }
    /// Waits until there is a request or the time is over; says which of them came first.
    bool wait_for(std::chrono::milliseconds duration) {
        MutexLock lock(mutex_);
        return changed_.wait_for(lock, duration,
                                 [this]() LAMINAR_REQUIRES(mutex_) { return reason_ != StopReason::none; });
    }

private:
    mutable Mutex mutex_;
    ConditionVariable changed_;
    StopReason reason_ LAMINAR_GUARDED_BY(mutex_) = StopReason::none;
    std::optional<std::chrono::steady_clock::time_point> made_at_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
