#pragma once

#include <set>
#include <string>

#include "catalog/bound_query.h"
#include "parser/diagnostic.h"

namespace laminar {

/// Whether a query over streams can be answered batch by batch with nothing remembered in between: projections,
/// filters, UNNEST, UNION ALL and joins with stored tables. Anything else would give answers that depend on how
/// messages fell into batches, so it is refused with the clause that is to blame. aggregates: lower-case names of the
/// engine's aggregate functions. False after reporting.
[[nodiscard]] bool check_runs_statelessly(const BoundQuery& query, const std::set<std::string, std::less<>>& aggregates,
                                          SourceSpan statement, Diagnostics& diagnostics);

}  // namespace laminar
