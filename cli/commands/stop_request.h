#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace laminar {

/// Why a run is to end before it is done.
enum class StopReason { none, signal, time_limit, output_closed };

/// Tells a run to end. The first request counts. Thread-safe.
class StopRequest {
public:
    void make(StopReason reason) {
        {
            const std::lock_guard lock(mutex_);
            if (reason_ == StopReason::none) made_at_ = std::chrono::steady_clock::now();
            if (reason_ == StopReason::none) reason_ = reason;
        }
        changed_.notify_all();
    }
    [[nodiscard]] StopReason reason() const {
        const std::lock_guard lock(mutex_);
        return reason_;
    }
    /// When the first request came; nothing: none has.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> made_at() const {
        const std::lock_guard lock(mutex_);
        return made_at_;
    }
    /// Waits until there is a request or the time is over; says which of them came first.
    bool wait_for(std::chrono::milliseconds duration) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, duration, [this] { return reason_ != StopReason::none; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    StopReason reason_ = StopReason::none;  ///< Guarded by mutex_, as the next.
    std::optional<std::chrono::steady_clock::time_point> made_at_;
};

}  // namespace laminar
