#include "runtime/database/engine_deadline.h"

#include "catalog/threads/mutex.h"

namespace laminar {

namespace {
constexpr std::chrono::milliseconds interrupt_every{20};
}  // namespace

EngineDeadline::EngineDeadline(EngineThread& engine, std::chrono::steady_clock::time_point deadline)
    : thread_([this, &engine, deadline] { watch(engine, deadline); }) {}

EngineDeadline::~EngineDeadline() {
    {
        const MutexLock lock(mutex_);
        ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void EngineDeadline::watch(EngineThread& engine, std::chrono::steady_clock::time_point deadline) {
    MutexLock lock(mutex_);
    while (!changed_.wait_until(lock, deadline, [this]() LAMINAR_REQUIRES(mutex_) { return ended_; })) {
        engine.interrupt_all();
        deadline = std::chrono::steady_clock::now() + interrupt_every;
    }
}

}  // namespace laminar
