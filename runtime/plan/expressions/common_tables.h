#pragma once

#include "parser/ast/query.h"

namespace laminar {

/// Puts the queries of common table expressions in the place of their names, at every depth where a name is visible.
/// Not for recursive ones.
void inline_common_tables(ast::Query& query);

}  // namespace laminar
