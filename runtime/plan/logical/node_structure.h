#pragma once

#include <vector>

#include "catalog/query/bound_query.h"
#include "runtime/plan/logical/logical_plan.h"
#include "runtime/plan/time/input_time.h"

namespace laminar::logical {

/// Whether two plans are the same: of the same nodes in the same places, however their queries were written.
[[nodiscard]] bool same_structure(const Plan& one, const Plan& other);

/// Gives every node of a plan its fingerprint, from the leaves up. inputs and times: what the plan was made from.
void set_fingerprints(Plan& plan, const std::vector<QueryInput>& inputs, const std::vector<InputTime>& times);

}  // namespace laminar::logical
