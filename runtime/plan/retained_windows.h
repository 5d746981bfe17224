#pragma once

#include <functional>
#include <string>
#include <vector>

#include "catalog/query/bound_query.h"
#include "parser/write/sql_writer.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/relation_columns.h"

namespace laminar {

/// Writes HOP and SESSION out, so that the engine can run a query over rows that are retained: what the streaming
/// operators do over time in one statement. scan_text is that of the query's own scans; the result handles those that
/// were added too. Reports what has no meaning. Throws EngineException.
[[nodiscard]] WrittenSql write_with_windows(const BoundQuery& query, const FunctionNames& aggregates,
                                            const RelationColumns::Describe& describe,
                                            const std::function<std::string(const ast::BoundScan&)>& scan_text);

}  // namespace laminar
