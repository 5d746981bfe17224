#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

namespace laminar {

/// What leaves the process with a commit, and not before it is on disk: messages, results, acknowledgements. What is
/// held between two calls of seal belongs to one commit; several cycles may be in one. Engine thread only.
class CommitRelease {
public:
    /// Sends something on its way. Owns what it needs; must not throw.
    using Departure = std::function<void()>;

    /// It leaves with the commit that the present cycle is a part of.
    void hold(Departure departure) { held_.push_back({next_, std::move(departure)}); }
    /// All that is held, and not sealed yet, leaves with this commit: its number.
    std::uint64_t seal() noexcept { return next_++; }
    /// The commit of this number is on disk, and all before it: what belongs to them leaves, in the order in which it
    /// was held.
    void release(std::uint64_t commit) {
        while (!held_.empty() && held_.front().commit <= commit) {
            const Departure departure = std::move(held_.front().departure);
            held_.pop_front();
            departure();
        }
    }
    [[nodiscard]] bool empty() const noexcept { return held_.empty(); }

private:
    struct Held {
        std::uint64_t commit = 0;
        Departure departure;
    };

    std::uint64_t next_ = 1;
    std::deque<Held> held_;
};

}  // namespace laminar
