#include "runtime/database/engine_thread.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "runtime/engine/failure_reason.h"

namespace laminar {

EngineThread::EngineThread(const Engine::Settings& settings, std::function<NextCycle()> cycle,
                           std::chrono::milliseconds tick)
    : engine_(Engine::create(settings)), cycle_(std::move(cycle)), tick_(tick), thread_([this] { run(); }) {}

EngineThread::~EngineThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    work_.notify_all();
    thread_.join();
}

void EngineThread::wake() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (woken_) return;
        woken_ = true;
    }
    work_.notify_one();
}

void EngineThread::hurry() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (hurried_) return;
        hurried_ = true;
    }
    work_.notify_one();
}

void EngineThread::interrupt(const void* owner) noexcept {
    const std::lock_guard lock(interrupt_mutex_);
    if (interruptible_ != owner) return;
    was_interrupted_ = true;
    engine_->interrupt();
}

std::unique_ptr<EngineReader> EngineThread::make_reader() const { return engine_->make_reader(); }

void EngineThread::set_interruptible(const void* owner) {
    const std::lock_guard lock(interrupt_mutex_);
    interruptible_ = owner;
    if (!owner && std::exchange(was_interrupted_, false)) engine_->forget_interrupt();
}

void EngineThread::post(std::function<void()> task) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    work_.notify_one();
}

void EngineThread::run() {
    std::unique_lock lock(mutex_);
    auto due = std::chrono::steady_clock::now() + tick_;
    auto rested = std::chrono::steady_clock::now();
    while (true) {
        auto limit = due;
        if (alarm_) limit = std::min(limit, *alarm_);
        const bool rests = std::chrono::steady_clock::now() < rested;
        if (rests && woken_) limit = std::min(limit, rested);
        work_.wait_until(lock, limit, [&] { return stopping_ || hurried_ || (woken_ && !rests) || !tasks_.empty(); });
        // Tasks that were posted before the end are waited for by their callers: run them all.
        if (!tasks_.empty()) {
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
            task = nullptr;
            lock.lock();
            // Statements that follow one another must not keep time from passing for windows and redelivery.
            if (stopping_ || std::chrono::steady_clock::now() < limit) continue;
        }
        if (stopping_) return;
        woken_ = false;
        hurried_ = false;
        alarm_.reset();
        lock.unlock();
        NextCycle next;
        try {
            next = cycle_();
        } catch (...) {
            spdlog::error("engine cycle failed: {}", failure_reason(std::current_exception()));
        }
        lock.lock();
        due = std::chrono::steady_clock::now() + tick_;
        if (!next) continue;
        woken_ = true;
        rested = std::chrono::steady_clock::now() + *next;
    }
}

}  // namespace laminar
