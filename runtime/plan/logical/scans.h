#pragma once

#include <functional>

#include "parser/ast/query.h"

namespace laminar::logical {

using OnScan = std::function<void(ast::TableReference& scan)>;

/// Calls on_scan for every BoundScan at or below, subqueries included; what it puts in the place of one is not entered.
void for_each_scan(ast::Query& query, const OnScan& on_scan);
void for_each_scan(ast::TableReference& table, const OnScan& on_scan);
/// Of a block, beside its FROM clause.
void for_each_scan_beside_from(ast::Select& select, const OnScan& on_scan);

}  // namespace laminar::logical
