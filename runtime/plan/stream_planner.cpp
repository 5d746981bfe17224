#include "runtime/plan/stream_planner.h"

#include <map>
#include <memory>
#include <utility>

#include "runtime/plan/analysis/logical_planner.h"
#include "runtime/plan/stream/stream_lowering.h"

namespace laminar {

namespace {

/// Planning asks for the columns of the same text again and again.
RelationColumns::Describe asked_once(const RelationColumns::Describe& describe) {
    auto known = std::make_shared<std::map<std::string, std::vector<OutputColumn>, std::less<>>>();
    return [describe, known](const std::string& sql) {
        const auto found = known->find(sql);
        return found != known->end() ? found->second : known->emplace(sql, describe(sql)).first->second;
    };
}

}  // namespace

std::optional<StreamPlan> plan_stream(const BoundQuery& query, const std::vector<InputTime>& times,
                                      const FunctionNames& aggregates, const RelationColumns::Describe& describe,
                                      Diagnostics& diagnostics) {
    const RelationColumns::Describe asked = asked_once(describe);
    auto logical = LogicalPlanner(query, times, aggregates, asked, diagnostics).plan();
    if (!logical) return std::nullopt;
    return StreamLowering(std::make_shared<const logical::Plan>(std::move(*logical)), query.inputs, aggregates, asked)
        .lower();
}

}  // namespace laminar
