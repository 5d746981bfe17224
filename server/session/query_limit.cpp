#include "server/session/query_limit.h"

namespace laminar {

bool QueryLimit::try_enter() {
    const MutexLock lock(mutex_);
    if (running_ >= most_) return false;
    ++running_;
    return true;
}

bool QueryLimit::enter(const std::atomic<bool>& is_given_up) {
    MutexLock lock(mutex_);
    changed_.wait(lock, [&]() LAMINAR_REQUIRES(mutex_) { return running_ < most_ || is_given_up; });
    if (running_ >= most_ || is_given_up) return false;
    ++running_;
    return true;
}

void QueryLimit::wake() {
    const MutexLock lock(mutex_);
    changed_.notify_all();
}

void QueryLimit::leave() {
    const MutexLock lock(mutex_);
    --running_;
    changed_.notify_all();
}

}  // namespace laminar
