#pragma once

#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/query/bound_query.h"
#include "runtime/plan/stream_planner.h"

namespace laminar {

/// What a table declares about its event time: WATERMARK FOR, event_time_field, watermark_delay, watermark_idle_ms.
[[nodiscard]] InputTime input_time(const TableObject& table);
/// The same for every input of a query; others than tables have the defaults.
/// Of a planned pipeline; null without a plan.
[[nodiscard]] std::shared_ptr<const PipelineFacts> facts_of(const std::optional<StreamPlan>& plan);

/// Pipelines are what their facts say.
[[nodiscard]] std::vector<InputTime> input_times(const BoundQuery& query, const Catalog& catalog);

}  // namespace laminar
