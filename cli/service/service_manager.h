#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/threads/mutex.h"

namespace laminar {

/// Tells the service manager that has started this process how it is doing: systemd, or whoever else has named a socket
/// in NOTIFY_SOCKET (sd_notify(3)). Without one, nothing happens. What cannot be told is said once on standard error.
/// Any thread.
class ServiceManager {
public:
    /// Reads the environment, and takes what is for this process alone out of it: children must not speak for it.
    ServiceManager();
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    [[nodiscard]] bool is_there() const noexcept { return !address_.empty(); }
    /// Scripts have run, and servers listen.
    void tell_ready();
    void tell_stopping();
    /// A line for people.
    void tell_status(std::string_view text);
    /// It is still at work. To be told twice in watchdog_time, or the manager ends the process.
    void tell_alive();
    /// Nothing: nobody watches.
    [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_time() const noexcept { return watchdog_time_; }

private:
    void tell(const std::string& message);

    std::string address_;  ///< As a socket has it; empty: there is none.
    std::optional<std::chrono::microseconds> watchdog_time_;
    Mutex mutex_;
    bool has_complained_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar
