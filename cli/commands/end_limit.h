#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "catalog/threads/mutex.h"

namespace laminar {

/// Bounds how long the end of the program may take: when it is not destroyed in time, it calls on_exceeded, once, on a
/// thread of its own. That is for what no other limit reaches, such as a reader of standard output that stands still,
/// or one query over very much; on_exceeded then has to end the process.
class EndLimit {
public:
    EndLimit(std::chrono::milliseconds limit, std::function<void()> on_exceeded);
    ~EndLimit();
    EndLimit(const EndLimit&) = delete;
    EndLimit& operator=(const EndLimit&) = delete;

private:
    Mutex mutex_;
    ConditionVariable changed_;
    bool ended_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

/// How long the end may take: what has arrived is processed, what is queued is sent, connections are closed.
inline constexpr std::chrono::milliseconds default_shutdown_timeout{10'000};
/// Beyond that: what is abandoned has to be told, and sockets closed.
inline constexpr std::chrono::milliseconds shutdown_grace{2'000};

}  // namespace laminar
