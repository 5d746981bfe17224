#include "runtime/flow/engine_change.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <iterator>
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

}  // namespace

bool change_engine(Engine& engine, const std::vector<EngineChange*>& changes) {
    std::vector<EngineChange*> changing;
    std::copy_if(changes.begin(), changes.end(), std::back_inserter(changing),
                 [](const EngineChange* change) { return change->has_changes(); });
    const bool executes = std::any_of(changing.begin(), changing.end(),
                                      [](const EngineChange* change) { return change->changes_engine(); });
    try {
        if (executes) engine.begin();
        for (EngineChange* change : changing) change->apply();
        if (executes) {
            crash_point("cycle.applied");
            engine.commit();
            crash_point("cycle.committed");
        }
        for (EngineChange* change : changing) change->on_commit();
        return executes;
    } catch (const EngineException& problem) {
        if (executes) engine.rollback();
        if (is_failed_commit(problem.error())) throw;
        spdlog::debug("the changes of a cycle are made pipeline by pipeline: {}", problem.what());
    } catch (...) {
        if (executes) engine.rollback();
        spdlog::debug("the changes of a cycle are made pipeline by pipeline: {}",
                      failure_reason(std::current_exception()));
    }
    for (EngineChange* change : changing) change->apply_apart();
    // Acknowledgements are forgotten by their place among all: the last first.
    for (auto change = changing.rbegin(); change != changing.rend(); ++change) (*change)->forget_if_failed();
    return true;
}

}  // namespace laminar
