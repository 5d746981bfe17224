#include "runtime/flow/engine_change.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <iterator>

#include "runtime/engine/failure_reason.h"

namespace laminar {

bool change_engine(Engine& engine, const std::vector<EngineChange*>& changes) {
    std::vector<EngineChange*> changing;
    std::copy_if(changes.begin(), changes.end(), std::back_inserter(changing),
                 [](const EngineChange* change) { return change->has_changes(); });
    const bool executes = std::any_of(changing.begin(), changing.end(),
                                      [](const EngineChange* change) { return change->changes_engine(); });
    try {
        if (executes) engine.begin();
        for (EngineChange* change : changing) change->apply();
        if (executes) engine.commit();
        for (EngineChange* change : changing) change->on_commit();
        return executes;
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
