#pragma once

#include <memory>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/query/bound_query.h"
#include "runtime/plan/stream/stream_plan.h"
#include "runtime/plan/time/input_time.h"

namespace laminar {

/// What a table declares about its event time: WATERMARK FOR, event_time_field, watermark_delay, watermark_idle_ms.
[[nodiscard]] InputTime input_time(const TableObject& table);
/// The same for every input of a query; others than tables have the defaults. Pipelines are what they were planned as.
[[nodiscard]] std::vector<InputTime> input_times(const BoundQuery& query, const Catalog& catalog);

/// The same of what a plan delivers, for those who read it.
[[nodiscard]] InputTime result_time(const StreamPlan& plan);

/// A continuous query as it was planned when its statement was checked: for those who read it, and to be run.
struct PlannedQuery final : PipelineFacts {
    std::vector<QueryInput> inputs;  ///< What it was planned from.
    std::vector<InputTime> times;    ///< As well, by input.
    StreamPlan plan;
};
[[nodiscard]] std::shared_ptr<const PipelineFacts> planned_query(const BoundQuery& query, std::vector<InputTime> times,
                                                                 StreamPlan plan);
/// The plan with which a pipeline was checked, if the inputs of its query and their times are what it was made from;
/// else null: it is to be planned anew.
[[nodiscard]] const StreamPlan* checked_plan(const PipelineFacts* facts, const std::vector<QueryInput>& inputs,
                                             const std::vector<InputTime>& times);

}  // namespace laminar
