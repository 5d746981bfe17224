#pragma once

#include <vector>

#include "catalog/query/bound_query.h"
#include "runtime/plan/input_time.h"
#include "runtime/plan/stream_plan.h"

namespace laminar {

/// Gives every operator of a plan its fingerprint: of what it computes and keeps, of the inputs it reads and their
/// times, and of the operators before it. State that was made under the same fingerprint can be gone on with; under
/// another it is state of another query.
void set_fingerprints(StreamPlan& plan, const std::vector<QueryInput>& inputs, const std::vector<InputTime>& times);

}  // namespace laminar
