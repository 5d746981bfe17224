#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "connectors/delivery/log_limit.h"
#include "connectors/net/pending_handshakes.h"
#include "connectors/net/task_group.h"
#include "runtime/database/database.h"
#include "server/http/answers/request_task.h"
#include "server/http/rules/server_settings.h"
#include "server/login/access.h"
#include "server/session/session_threads.h"

namespace laminar::http {

/// Counts what goes on, up to a limit. Thread-safe.
class WorkLimit {
public:
    explicit WorkLimit(std::size_t limit) : limit_(limit) {}
    /// False: there is no more room.
    [[nodiscard]] bool enter() noexcept {
        if (count_.fetch_add(1) < limit_) return true;
        leave();
        return false;
    }
    void leave() noexcept { count_.fetch_sub(1); }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    const std::size_t limit_;
    std::atomic<std::size_t> count_{0};
};

/// What connections of a server share. Outlives them.
struct ServerContext {
    const ServerSettings settings;
    TaskContext tasks;
    CurrentAccess access;
    SessionThreads threads;
    WorkLimit subscriptions;
    WorkLimit others;
    /// Those whose body is read before it is known whether whoever sends it may, and those that nothing goes on for:
    /// they may have to give way to others.
    PendingHandshakes unproven;
    PendingHandshakes waiting;
    TaskGroup& coroutines;
    LogLimit refusals;  ///< Whoever reaches the port can be refused as often as it likes.
};

}  // namespace laminar::http
