#pragma once

#include <atomic>
#include <chrono>

#include "catalog/threads/mutex.h"

namespace laminar {

/// Held by a statement that changes what there is, from before it is bound: such statements come one at a time.
/// Thread-safe.
class StatementLock {
public:
    /// Holds the lock for as long as it lives, unless cancelled was set before it was free.
    class Hold {
    public:
        Hold(StatementLock& lock, const std::atomic<bool>& cancelled) : lock_(lock), holds_(lock.take(cancelled)) {}
        ~Hold() {
            if (holds_) lock_.release();
        }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        [[nodiscard]] explicit operator bool() const noexcept { return holds_; }

    private:
        StatementLock& lock_;
        const bool holds_;
    };

private:
    bool take(const std::atomic<bool>& cancelled) {
        constexpr std::chrono::milliseconds look_every{20};
        MutexLock lock(mutex_);
        while (!changed_.wait_for(lock, look_every, [this]() LAMINAR_REQUIRES(mutex_) { return !is_held_; })) {
            if (cancelled) return false;
        }
        is_held_ = true;
        return true;
    }
    void release() {
        {
            const MutexLock lock(mutex_);
            is_held_ = false;
        }
        changed_.notify_one();
    }

    Mutex mutex_;
    ConditionVariable changed_;
    bool is_held_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar
