#pragma once

#include <atomic>
#include <cstddef>

#include "catalog/threads/mutex.h"

namespace laminar {

inline constexpr std::size_t default_max_queries = 16;

/// How many queries of clients run at a time, whatever protocol they came by: beyond it one waits its turn, or is sent
/// away. Those who wait have it in no particular order. Thread-safe.
class QueryLimit {
public:
    explicit QueryLimit(std::size_t most) : most_(most) {}

    [[nodiscard]] std::size_t most() const noexcept { return most_; }
    /// False: so many run already.
    [[nodiscard]] bool try_enter();
    /// Waits its turn; false once is_given_up is true and wake has been called since.
    [[nodiscard]] bool enter(const std::atomic<bool>& is_given_up);
    void wake();
    /// After each enter that was true.
    void leave();

private:
    const std::size_t most_;
    Mutex mutex_;
    ConditionVariable changed_;
    std::size_t running_ LAMINAR_GUARDED_BY(mutex_) = 0;
};

}  // namespace laminar
