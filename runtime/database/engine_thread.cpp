#include "runtime/database/engine_thread.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "catalog/threads/mutex.h"
#include "runtime/engine/failure_reason.h"

namespace laminar {

EngineThread::EngineThread(const Engine::Settings& settings, Cycle cycle, std::chrono::milliseconds tick)
    : engine_(Engine::create(settings)),
      cycle_(std::move(cycle)),
      schedule_(tick, Clock::now()),
      thread_([this] { run(); }) {}

EngineThread::~EngineThread() {
    {
        const MutexLock lock(mutex_);
        stopping_ = true;
    }
    work_.notify_all();
    thread_.join();
}

void EngineThread::request_cycle(Clock::time_point due) noexcept {
    bool is_asleep = false;
    {
        const MutexLock lock(mutex_);
        schedule_.request(due);
        is_asleep = schedule_.next() < sleeps_until_;
    }
    if (is_asleep) work_.notify_one();
}

void EngineThread::request_cycle_now() noexcept {
    {
        const MutexLock lock(mutex_);
        schedule_.request_now();
    }
    work_.notify_one();
}

void EngineThread::change_waiters(bool more) noexcept {
    {
        const MutexLock lock(mutex_);
        more ? schedule_.add_waiter() : schedule_.remove_waiter();
        if (more) schedule_.request_now();  // For what has arrived before.
    }
    if (more) work_.notify_one();
}

void EngineThread::interrupt(const void* owner) noexcept {
    const MutexLock lock(interrupt_mutex_);
    if (interruptible_ != owner) return;
    was_interrupted_ = true;
    engine_->interrupt();
}

std::unique_ptr<EngineReader> EngineThread::make_reader() const { return engine_->make_reader(); }

void EngineThread::set_interruptible(const void* owner) {
    const MutexLock lock(interrupt_mutex_);
    interruptible_ = owner;
    if (!owner && std::exchange(was_interrupted_, false)) engine_->forget_interrupt();
}

void EngineThread::post(std::function<void()> task) {
    {
        const MutexLock lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    work_.notify_one();
}

void EngineThread::run() {
    MutexLock lock(mutex_);
    while (true) {
        while (!stopping_ && tasks_.empty() && Clock::now() < schedule_.next()) {
            sleeps_until_ = schedule_.look_at();
            if (work_.wait_until(lock, sleeps_until_) == std::cv_status::timeout) schedule_.slept();
        }
        sleeps_until_ = Clock::time_point{};
        // Tasks that were posted before the end are waited for by their callers: run them all.
        if (!tasks_.empty()) {
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
            task = nullptr;
            lock.lock();
            // Statements that follow one another must not keep time from passing for windows and redelivery.
            if (stopping_ || Clock::now() < schedule_.at_last()) continue;
        }
        if (stopping_) return;
        run_cycle(lock);
    }
}

void EngineThread::run_cycle(MutexLock& lock) {
    const bool takes_all = schedule_.begin();
    lock.unlock();
    AfterCycle after;
    try {
        after = cycle_(takes_all);
    } catch (...) {
        spdlog::error("engine cycle failed: {}", failure_reason(std::current_exception()));
    }
    lock.lock();
    schedule_.end(Clock::now(), after.rest, after.next, after.look);
}

}  // namespace laminar
