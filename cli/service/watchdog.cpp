#include "cli/service/watchdog.h"

#include <algorithm>
#include <utility>

namespace laminar {

namespace {

/// Of the line for people, and of what is asked at most.
constexpr std::chrono::microseconds longest_pause = std::chrono::seconds(5);

}  // namespace

Watchdog::Watchdog(ServiceManager& manager, std::function<void()> is_at_work, std::function<std::string()> status)
    : manager_(manager), is_at_work_(std::move(is_at_work)), status_(std::move(status)) {
    if (!manager_.is_there()) return;
    const auto watched = manager_.watchdog_time();
    thread_ =
        std::thread([this, every = watched ? std::min(*watched / 3, longest_pause) : longest_pause] { watch(every); });
}

Watchdog::~Watchdog() {
    {
        const MutexLock lock(mutex_);
        end_ = true;
    }
    ending_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Watchdog::watch(std::chrono::microseconds every) {
    MutexLock lock(mutex_);
    while (!end_) {
        lock.unlock();
        if (manager_.watchdog_time()) {
            is_at_work_();
            manager_.tell_alive();
        }
        if (const std::string line = status_(); !line.empty()) manager_.tell_status(line);
        lock.lock();
        (void)ending_.wait_for(lock, every, [this]() LAMINAR_REQUIRES(mutex_) { return end_; });
    }
}

}  // namespace laminar
