#pragma once

#include <chrono>
#include <cstdint>

#include "catalog/threads/mutex.h"

namespace laminar {

/// Keeps lines that peers can bring about at will from filling the log: so many are logged a minute, the rest is
/// counted. Thread-safe.
class LogLimit {
public:
    enum class Verdict : std::uint8_t {
        log,
        log_and_announce,  ///< It is the last: no more of them for a minute.
        leave_out
    };
    struct Answer {
        Verdict verdict;
        std::uint64_t left_out;  ///< So many were before it, of which nobody has been told yet.
    };

    using Clock = std::chrono::steady_clock;

    /// Asked for each line.
    [[nodiscard]] Answer ask(Clock::time_point now = Clock::now());

    static constexpr std::uint64_t lines_per_minute = 20;

private:
    Mutex mutex_;
    Clock::time_point window_start_ LAMINAR_GUARDED_BY(mutex_);
    std::uint64_t in_window_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::uint64_t left_out_ LAMINAR_GUARDED_BY(mutex_) = 0;
};

}  // namespace laminar
