#pragma once

#include <chrono>
#include <optional>

namespace laminar {

/// How fast one side of a connection sends (send_rate): messages keep a distance from one another. What must not wait
/// (heartbeats, answers) goes at once, and what comes after it waits the longer. Belongs to the strand of its session.
class SendPace {
public:
    using Clock = std::chrono::steady_clock;

    /// rate: messages a second, above 0; absent: as fast as they are there.
    explicit SendPace(std::optional<double> rate);

    [[nodiscard]] bool is_limited() const noexcept { return distance_ > Clock::duration::zero(); }
    /// From when on the next message may be sent.
    [[nodiscard]] Clock::time_point next() const noexcept { return next_; }
    [[nodiscard]] bool allows_now() const noexcept { return !is_limited() || next_ <= Clock::now(); }
    void note_sent() noexcept;

private:
    Clock::duration distance_;
    Clock::time_point next_ = Clock::time_point::min();
};

}  // namespace laminar
