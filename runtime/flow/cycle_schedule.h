#pragma once

#include <chrono>
#include <optional>

namespace laminar {

/// When the engine's next cycle begins: when what has arrived is due, when somebody waits for what it brings, or at
/// last by the clock. Knows no clock of its own. Not thread-safe.
class CycleSchedule {
public:
    using Clock = std::chrono::steady_clock;

    /// tick bounds the time between two cycles, for work that is due by the clock.
    CycleSchedule(std::chrono::milliseconds tick, Clock::time_point now) : tick_(tick), at_last_(now + tick) {}

    /// A cycle is wanted at that time, or earlier.
    void request(Clock::time_point due);
    /// Somebody stands still until it has been.
    void request_now() noexcept { is_urgent_ = true; }
    /// As long as somebody waits for rows, nothing lets any wait.
    void add_waiter() noexcept { ++waiters_; }
    void remove_waiter() noexcept { --waiters_; }

    [[nodiscard]] Clock::time_point next() const;
    /// The same without requests.
    [[nodiscard]] Clock::time_point at_last() const noexcept { return at_last_; }
    /// Until when whoever executes cycles may sleep without looking: not later than next().
    [[nodiscard]] Clock::time_point look_at() const;
    /// Nothing has to be said to a sleeper who looks by then.
    void slept() noexcept { look_.reset(); }

    /// A cycle begins. True: it takes in all that has arrived, due or not.
    bool begin();
    /// It has ended. rest: for so long the next one is better not begun, unless it is urgent. next: when what it left
    /// is due. look: when to look whether more has come, which then need not be said.
    void end(Clock::time_point now, Clock::duration rest, std::optional<Clock::time_point> next,
             std::optional<Clock::time_point> look);

private:
    std::chrono::milliseconds tick_;
    Clock::time_point at_last_;
    Clock::time_point not_before_;
    std::optional<Clock::time_point> due_;
    std::optional<Clock::time_point> look_;
    bool is_urgent_ = false;
    unsigned waiters_ = 0;
};

}  // namespace laminar
