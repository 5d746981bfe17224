#pragma once

#include <variant>

#include "parser/ast/visit.h"

namespace laminar::ast {

/// Calls on_expression(const Expression&) for every expression and on_table(const TableReference&) for every relation
/// at or below a node, subqueries included, parents before what is in them. The call of a function in FROM is told with
/// its relation, not as an expression.
template <class OnExpression, class OnTable>
class DeepWalk {
public:
    DeepWalk(OnExpression on_expression, OnTable on_table)
        : on_expression_(std::move(on_expression)), on_table_(std::move(on_table)) {}

    void operator()(const Expression& expression) {
        on_expression_(expression);
        walk_below(expression);
    }
    void operator()(const Query& query) { for_each_child_of_query(query, *this, *this, *this); }
    void operator()(const TableReference& table) {
        on_table_(table);
        if (const auto* function = std::get_if<TableFunction>(&table.node)) return walk_below(function->call);
        for_each_child_of_table(table, *this, *this, *this);
    }

private:
    void walk_below(const Expression& expression) { for_each_child_of_expression(expression, *this, *this); }

    OnExpression on_expression_;
    OnTable on_table_;
};

}  // namespace laminar::ast
