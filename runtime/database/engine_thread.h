#pragma once

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "catalog/threads/mutex.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/engine_reader.h"
#include "runtime/flow/cycle_schedule.h"

namespace laminar {

/// The one thread that touches the engine. It runs tasks in the order in which they were posted and, when no task waits
/// and its schedule says so, one cycle over the stream inputs.
class EngineThread {
public:
    using Clock = CycleSchedule::Clock;
    /// What a cycle says about those to come: see CycleSchedule::end.
    struct AfterCycle {
        std::chrono::microseconds rest{0};
        std::optional<Clock::time_point> next = std::nullopt;
        std::optional<Clock::time_point> look = std::nullopt;
    };
    /// takes_all: what is not due yet, too.
    using Cycle = std::function<AfterCycle(bool takes_all)>;

    /// cycle runs on the thread. tick bounds the time between two cycles, for work that is due by the clock.
    EngineThread(const Engine::Settings& settings, Cycle cycle, std::chrono::milliseconds tick);
    ~EngineThread();
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

    /// Asks for a cycle at that time, or earlier. Any thread; never blocks for long, as all below.
    void request_cycle(Clock::time_point due = Clock::now()) noexcept;
    /// Asks for a cycle at once: somebody stands still until it has been.
    void request_cycle_now() noexcept;
    /// While there is one, nothing that arrives waits for more.
    class Waiter {
    public:
        explicit Waiter(EngineThread& thread) : thread_(thread) { thread_.change_waiters(true); }
        ~Waiter() { thread_.change_waiters(false); }
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;

    private:
        EngineThread& thread_;
    };

    /// Runs task on the engine thread and waits for it; its exception comes back here. Not from the engine thread.
    template <class Task>
    auto call(Task&& task) -> std::invoke_result_t<Task, Engine&> {
        using Result = std::invoke_result_t<Task, Engine&>;
        std::packaged_task<Result()> packaged([&] { return task(*engine_); });
        std::future<Result> future = packaged.get_future();
        post([&packaged] { packaged(); });
        return future.get();
    }

    /// As call, and interrupt(owner) may end what the engine executes in it.
    template <class Task>
    auto call_interruptible(const void* owner, Task&& task) -> std::invoke_result_t<Task, Engine&> {
        return call_interruptible(
            owner, [](Engine&) {}, std::forward<Task>(task));
    }
    /// Before it, and with nothing between them, first, which is not interrupted: what is done for others, too.
    template <class First, class Task>
    auto call_interruptible(const void* owner, First&& first, Task&& task) -> std::invoke_result_t<Task, Engine&> {
        return call([&](Engine& engine) {
            first(engine);
            const InterruptibleScope scope(*this, owner);
            return task(engine);
        });
    }

    /// Interrupts what the engine executes in call_interruptible of this owner, and nothing else: streams and other
    /// owners go on. Any thread.
    void interrupt(const void* owner) noexcept;

    /// Interrupts whatever the engine executes at this moment, streams as well: for an end whose time is over. What
    /// comes next is executed, so this has to be repeated. Any thread.
    void interrupt_all() noexcept { engine_->interrupt(); }

    /// A connection of its own to the database, for another thread. Any thread.
    [[nodiscard]] std::unique_ptr<EngineReader> make_reader() const;

    /// The engine, for those who already run on its thread (the cycle and tasks).
    [[nodiscard]] Engine& engine() noexcept { return *engine_; }

private:
    class InterruptibleScope {
    public:
        InterruptibleScope(EngineThread& thread, const void* owner) : thread_(thread) {
            thread_.set_interruptible(owner);
        }
        ~InterruptibleScope() { thread_.set_interruptible(nullptr); }
        InterruptibleScope(const InterruptibleScope&) = delete;
        InterruptibleScope& operator=(const InterruptibleScope&) = delete;

    private:
        EngineThread& thread_;
    };

    void set_interruptible(const void* owner);
    void change_waiters(bool more) noexcept;
    void post(std::function<void()> task);
    void run();
    /// Lets go of the lock while the cycle runs.
    void run_cycle(MutexLock& lock) LAMINAR_REQUIRES(mutex_) LAMINAR_NOT_ANALYSED;

    std::unique_ptr<Engine> engine_;
    Cycle cycle_;
    Mutex mutex_;
    ConditionVariable work_;
    CycleSchedule schedule_ LAMINAR_GUARDED_BY(mutex_);
    Clock::time_point sleeps_until_
        LAMINAR_GUARDED_BY(mutex_);  ///< Its thread looks by itself then; in the past while it is awake.
    std::deque<std::function<void()>> tasks_ LAMINAR_GUARDED_BY(mutex_);
    bool stopping_ LAMINAR_GUARDED_BY(mutex_) = false;
    Mutex interrupt_mutex_;
    /// Of whom what runs now may be interrupted. interrupt_mutex_ is held while interrupting.
    const void* interruptible_ LAMINAR_GUARDED_BY(interrupt_mutex_) = nullptr;
    bool was_interrupted_ LAMINAR_GUARDED_BY(interrupt_mutex_) = false;  ///< Since then.
    std::thread thread_;
};

}  // namespace laminar
