#include "connectors/net/task_group.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <map>
#include <optional>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/net/exception_text.h"

namespace laminar {

namespace net = boost::asio;

namespace {
struct Child {
    net::any_io_executor executor;
    TaskGroup::StopHandler stop;
};
}  // namespace

struct TaskGroup::State : std::enable_shared_from_this<TaskGroup::State> {
    mutable Mutex mutex;
    mutable ConditionVariable emptied;
    std::map<std::uint64_t, Child> children LAMINAR_GUARDED_BY(mutex);
    std::uint64_t next_id LAMINAR_GUARDED_BY(mutex) = 0;
    std::optional<Stop> stopped LAMINAR_GUARDED_BY(mutex);
    ExceptionHandler on_exception;  ///< Set before the first child.

    void tell(std::uint64_t id, const net::any_io_executor& executor, Stop how) {
        net::post(executor, [self = shared_from_this(), id, how] {
            StopHandler handler;
            {
                const MutexLock lock(self->mutex);
                const auto child = self->children.find(id);
                if (child != self->children.end()) handler = child->second.stop;
            }
            // The child ends on this executor alone, so it cannot end between the look-up and the call.
            try {
                if (handler) handler(how);
            } catch (...) {
                self->report(std::current_exception());
            }
        });
    }

    void report(const std::exception_ptr& exception) const {
        if (exception && on_exception) on_exception(exception_text(exception));
    }

    void finished(std::uint64_t id, const std::exception_ptr& exception) {
        report(exception);
        StopHandler gone;  // May own anything, also what refers to the owner: destroyed before the group is empty.
        {
            const MutexLock lock(mutex);
            gone = std::move(children.find(id)->second.stop);
        }
        gone = nullptr;
        const MutexLock lock(mutex);
        children.erase(id);
        // Under the lock: whoever waits may destroy the owner as soon as it sees the group empty.
        if (children.empty()) emptied.notify_all();
    }
};

TaskGroup::TaskGroup(ExceptionHandler on_exception) : state_(std::make_shared<State>()) {
    state_->on_exception = std::move(on_exception);
}

void TaskGroup::spawn(const net::any_io_executor& executor, net::awaitable<void> child, StopHandler stop) {
    std::uint64_t id = 0;
    std::optional<Stop> stopped;
    {
        const MutexLock lock(state_->mutex);
        id = state_->next_id++;
        state_->children.emplace(id, Child{executor, std::move(stop)});
        stopped = state_->stopped;
    }
    net::co_spawn(executor, std::move(child),
                  [state = state_, id](const std::exception_ptr& exception) { state->finished(id, exception); });
    if (stopped) state_->tell(id, executor, *stopped);
}

void TaskGroup::stop(Stop how) {
    const MutexLock lock(state_->mutex);
    if (state_->stopped != Stop::terminal) state_->stopped = how;
    for (const auto& [id, child] : state_->children) state_->tell(id, child.executor, how);
}

void TaskGroup::reset() {
    const MutexLock lock(state_->mutex);
    state_->stopped.reset();
}

std::size_t TaskGroup::size() const {
    const MutexLock lock(state_->mutex);
    return state_->children.size();
}

bool TaskGroup::wait_empty(std::chrono::milliseconds deadline) const {
    const std::shared_ptr<State> state = state_;
    MutexLock lock(state->mutex);
    return state->emptied.wait_for(lock, deadline,
                                   [&state]() LAMINAR_REQUIRES(state->mutex) { return state->children.empty(); });
}

void TaskGroup::wait_empty() const {
    const std::shared_ptr<State> state = state_;
    MutexLock lock(state->mutex);
    state->emptied.wait(lock, [&state]() LAMINAR_REQUIRES(state->mutex) { return state->children.empty(); });
}

}  // namespace laminar
