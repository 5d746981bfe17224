#pragma once

#include "parser/ast/query.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Reports HOP and SESSION where they mean nothing: a session is one of a key, which
/// GROUP BY tells, and neither is the value of a single row that a condition could ask for. The same for queries over
/// what is retained and for pipelines.
void check_window_placement(const ast::Query& query, Diagnostics& diagnostics);

}  // namespace laminar
