#include "connectors/delivery/log_limit.h"

#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {

LogLimit::Answer LogLimit::ask(Clock::time_point now) {
    const MutexLock lock(mutex_);
    if (in_window_ == 0 || now - window_start_ > std::chrono::minutes(1)) {
        window_start_ = now;
        in_window_ = 0;
    }
    if (in_window_ >= lines_per_minute) {
        ++left_out_;
        return {Verdict::leave_out, 0};
    }
    const bool is_last = ++in_window_ == lines_per_minute;
    return {is_last ? Verdict::log_and_announce : Verdict::log, std::exchange(left_out_, 0)};
}

}  // namespace laminar
