#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "catalog/threads/mutex.h"
#include "runtime/session/session.h"
#include "server/session/session_task.h"

namespace laminar {

/// Threads with a session each, for tasks of clients that have none of their own. A task never waits for another: it
/// takes a thread that is idle, or a new one; how many there may be at a time is the caller's to say. Thread-safe. The
/// database must outlive it.
class SessionThreads {
public:
    /// kept: so many idle ones, with their sessions, wait for what comes next.
    SessionThreads(Database& database, const Session::Settings& settings, std::size_t kept);
    /// Waits for all tasks: they are to have been cancelled.
    ~SessionThreads();
    SessionThreads(const SessionThreads&) = delete;
    SessionThreads& operator=(const SessionThreads&) = delete;

    /// Starts it; does not block. Throws std::system_error when there is no thread to be had.
    void start(std::shared_ptr<SessionTask> task);

private:
    struct Worker;

    void work(Worker& worker) noexcept;
    /// Nothing: it is to end.
    std::shared_ptr<SessionTask> next(Worker& worker);
    void join_ended();

    Database& database_;
    const Session::Settings settings_;
    const std::size_t kept_;
    Mutex mutex_;
    ConditionVariable changed_;
    std::list<Worker> workers_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t idle_ LAMINAR_GUARDED_BY(mutex_) = 0;
    bool ends_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar
