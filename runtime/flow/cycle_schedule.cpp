#include "runtime/flow/cycle_schedule.h"

#include <algorithm>

namespace laminar {

void CycleSchedule::request(Clock::time_point due) {
    if (waiters_ > 0)
        is_urgent_ = true;
    else if (!due_ || due < *due_)
        due_ = due;
}

CycleSchedule::Clock::time_point CycleSchedule::next() const {
    if (is_urgent_) return Clock::time_point{};
    return due_ ? std::min(at_last_, std::max(*due_, not_before_)) : at_last_;
}

CycleSchedule::Clock::time_point CycleSchedule::look_at() const { return look_ ? std::min(*look_, next()) : next(); }

bool CycleSchedule::begin() {
    const bool takes_all = is_urgent_ || waiters_ > 0;
    is_urgent_ = false;
    due_.reset();
    look_.reset();
    return takes_all;
}

void CycleSchedule::end(Clock::time_point now, Clock::duration rest, std::optional<Clock::time_point> next,
                        std::optional<Clock::time_point> look) {
    at_last_ = now + tick_;
    not_before_ = now + rest;
    look_ = look;
    // Not for who waits: the cycle has just left it, since batch_size lets it wait.
    if (next && (!due_ || *next < *due_)) due_ = next;
}

}  // namespace laminar
