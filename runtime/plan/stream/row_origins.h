#pragma once

#include <functional>
#include <vector>

#include "runtime/plan/expressions/relation_columns.h"
#include "runtime/plan/stream/stream_plan.h"

namespace laminar {

/// The query of a fragment with further columns at the end of its result: items, over its FROM clause (for a query that
/// is a SELECT), then origin_column and row_position_column, which tell the row of a scan that each row was made from.
/// There is one, since a fragment joins no two streams.
[[nodiscard]] ast::Query with_origins(ast::Query query, std::vector<ast::SelectItem> items,
                                      const RelationColumns& columns,
                                      const std::function<bool(std::size_t scan)>& is_stream);

}  // namespace laminar
