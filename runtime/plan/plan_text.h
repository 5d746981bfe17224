#pragma once

#include <string>
#include <vector>

#include "catalog/query/bound_query.h"
#include "runtime/plan/stream_plan.h"

namespace laminar {

/// One line of EXPLAIN: a step of a plan, and what it does.
struct PlanLine {
    std::string step;
    std::string detail;
};

/// A plan for people: the times of its inputs, its operators with the statements they run, and what is delivered.
[[nodiscard]] std::vector<PlanLine> describe_plan(const StreamPlan& plan, const BoundQuery& query);

}  // namespace laminar
