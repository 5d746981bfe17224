#pragma once

#include <vector>

#include "catalog/bound_query.h"
#include "catalog/catalog.h"
#include "runtime/plan/stream_planner.h"

namespace laminar {

/// What a table declares about its event time: WATERMARK FOR, event_time_field, watermark_delay, watermark_idle_ms.
[[nodiscard]] InputTime input_time(const TableObject& table);
/// The same for every input of a query; others than tables have the defaults.
[[nodiscard]] std::vector<InputTime> input_times(const BoundQuery& query, const Catalog& catalog);

}  // namespace laminar
