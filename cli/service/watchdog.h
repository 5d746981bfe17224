#pragma once

#include <functional>
#include <thread>

#include "catalog/threads/mutex.h"
#include "cli/service/service_manager.h"

namespace laminar {

/// Tells the service manager, on a thread of its own, that this process is at work, for as long as it is: before each
/// time it asks. Without a manager that watches, there is no thread. Borrows the manager.
class Watchdog {
public:
    /// is_at_work may block while it is not; then nothing is told, and the manager ends the process.
    Watchdog(ServiceManager& manager, std::function<void()> is_at_work, std::function<std::string()> status);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

private:
    void watch(std::chrono::microseconds every);

    ServiceManager& manager_;
    const std::function<void()> is_at_work_;
    const std::function<std::string()> status_;
    Mutex mutex_;
    ConditionVariable ending_;
    bool end_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace laminar
