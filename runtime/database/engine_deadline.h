#pragma once

#include <chrono>
#include <thread>

#include "catalog/threads/mutex.h"
#include "runtime/database/engine_thread.h"

namespace laminar {

/// While it lives, the engine executes nothing beyond a time: whatever it does then is interrupted, again and again.
class EngineDeadline {
public:
    EngineDeadline(EngineThread& engine, std::chrono::steady_clock::time_point deadline);
    ~EngineDeadline();
    EngineDeadline(const EngineDeadline&) = delete;
    EngineDeadline& operator=(const EngineDeadline&) = delete;

private:
    void watch(EngineThread& engine, std::chrono::steady_clock::time_point deadline);

    Mutex mutex_;
    ConditionVariable changed_;
    bool ended_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace laminar
