#pragma once

#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/relation_columns.h"

namespace laminar {

// GROUP BY of a block whose items all have an alias.

/// GROUP BY ALL becomes GROUP BY the items without aggregates.
void write_out_group_by_all(ast::Select& select, const FunctionNames& aggregates);
/// A key with the item that it stands for by its position or alias.
[[nodiscard]] ast::Expression written_out_key(const ast::Select& select, const ast::Expression& key);
/// The keys by which every row of the result is grouped: those of all sets.
[[nodiscard]] std::vector<ast::Expression> written_out_groups(const ast::Select& select);
[[nodiscard]] bool has_plain_groups(const ast::Select& select);

/// Aliases of items in HAVING or QUALIFY become the items.
void write_out_aliases(ast::Expression& expression, const ast::Select& select,
                       const std::vector<FromRelation>& relations);

}  // namespace laminar
