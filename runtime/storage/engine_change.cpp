#include "runtime/storage/engine_change.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>

#include "runtime/engine/failure_reason.h"
#include "runtime/storage/crash_point.h"

namespace laminar {

namespace {

/// Of the engine's file, for want of room or by a failure of the disk. What it was to commit is undone.
bool is_failed_commit(const EngineError& error) {
    const bool commits = error.type == "TransactionContext" && error.message.starts_with("Failed to commit");
    const auto tells_of = [&](std::string_view word) { return error.message.find(word) != std::string::npos; };
    return (commits || error.type == "FATAL") && (tells_of("file") || tells_of("fsync"));
}

std::vector<EngineChange*> changing_among(const std::vector<EngineChange*>& changes) {
    std::vector<EngineChange*> changing;
    std::copy_if(changes.begin(), changes.end(), std::back_inserter(changing),
                 [](const EngineChange* change) { return change->has_changes(); });
    return changing;
}

bool any_executes(const std::vector<EngineChange*>& changing) {
    return std::any_of(changing.begin(), changing.end(),
                       [](const EngineChange* change) { return change->changes_engine(); });
}

void throw_if_it_is_the_disk(const std::exception_ptr& problem) {
    try {
        std::rethrow_exception(problem);
    } catch (const EngineException& failure) {
        if (is_failed_commit(failure.error())) throw;
    } catch (...) {
        return;  // Something else: who was at work is at fault.
    }
}

}  // namespace

bool change_engine(Engine& engine, const std::vector<EngineChange*>& changes, StateStore* store) {
    const std::vector<EngineChange*> all = changing_among(changes);
    bool any_at_fault = false;
    bool executes = false;
    for (bool done = false; !done;) {
        const std::vector<EngineChange*> changing = changing_among(all);
        executes = any_executes(changing);
        if (store) store->forget_uncommitted();
        EngineChange* at_work = nullptr;
        try {
            if (executes) engine.begin();
            for (EngineChange* change : changing) {
                at_work = change;
                change->apply();
            }
            at_work = nullptr;
            if (executes) {
                if (store) store->write();
                crash_point("cycle.applied");
                engine.commit();
                crash_point("cycle.committed");
            }
            done = true;
        } catch (...) {
            const std::string reason = failure_reason(std::current_exception());
            if (executes) engine.rollback();
            throw_if_it_is_the_disk(std::current_exception());
            if (store && !at_work) throw EngineException({.type = "Commit", .message = reason});
            spdlog::debug("a part of the changes of a cycle is left out: {}", reason);
            any_at_fault = true;
            if (at_work) {
                at_work->leave_out(reason);
            } else {
                for (EngineChange* change : changing) change->leave_out(reason);
            }
        }
        if (!done) continue;
        if (store && executes) store->on_commit();
        for (EngineChange* change : changing) change->on_commit();
    }
    // Acknowledgements are forgotten by their place among all: the last first.
    if (any_at_fault) {
        for (auto change = all.rbegin(); change != all.rend(); ++change) (*change)->forget_if_failed();
    }
    return executes || any_at_fault;
}

}  // namespace laminar
