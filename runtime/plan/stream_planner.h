#pragma once

#include <optional>
#include <vector>

#include "catalog/query/bound_query.h"
#include "parser/diagnostic/diagnostic.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/relation_columns.h"
#include "runtime/plan/stream/stream_plan.h"
#include "runtime/plan/time/input_time.h"

namespace laminar {

/// Plans a continuous query: a tree of relations, and the operators that compute them. The types of all inputs must be
/// known. Reports clauses that cannot be answered over an unbounded stream, and warns of state that grows without bound
/// (L5xx); nullopt after reporting errors. Throws EngineException for what the engine refuses.
[[nodiscard]] std::optional<StreamPlan> plan_stream(const BoundQuery& query, const std::vector<InputTime>& times,
                                                    const FunctionNames& aggregates,
                                                    const RelationColumns::Describe& describe,
                                                    Diagnostics& diagnostics);

}  // namespace laminar
