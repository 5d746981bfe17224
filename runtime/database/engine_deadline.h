#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

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

    std::mutex mutex_;
    std::condition_variable changed_;
    bool ended_ = false;  ///< Guarded by mutex_.
    std::thread thread_;
};

}  // namespace laminar
