#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/builders.h"
#include "parser/ast/query.h"
#include "parser/ast/structure.h"

namespace laminar {

/// Names of the engine's aggregate functions, case-folded.
using FunctionNames = std::set<std::string, std::less<>>;

/// The case-folded name of a call without a schema; empty for anything else.
[[nodiscard]] std::string called_function(const ast::Expression& expression);
/// A call of the present time or date.
[[nodiscard]] bool is_present_time(const ast::Expression& expression);
/// A call that does not give the same later: of the time, of chance, or one that does something.
[[nodiscard]] bool goes_by_the_moment(const ast::Expression& expression);
/// A call of an aggregate function that is not a window function.
[[nodiscard]] bool is_aggregate_call(const ast::Expression& expression, const FunctionNames& aggregates);
/// Whether an expression satisfies test at or below, subqueries left aside.
[[nodiscard]] bool contains(const ast::Expression& expression, const std::function<bool(const ast::Expression&)>& test);
/// Whether a query is at or below the expression.
[[nodiscard]] bool has_query(const ast::Expression& expression);
[[nodiscard]] bool contains_column(const ast::Expression& expression);
/// Whether its value may differ from row to row: it has a column, a subquery or a call, or depends
/// on when it is asked for.
[[nodiscard]] bool may_vary(const ast::Expression& expression);
/// Replaces expressions from the top down; replace returns true for those it replaced, which are not entered then.
void replace_expressions(ast::Expression& expression, const std::function<bool(ast::Expression&)>& replace);
/// The same with the names that enclosing lambdas bind.
void replace_free_expressions(
    ast::Expression& expression,
    const std::function<bool(ast::Expression&, const std::vector<std::string>& bound)>& replace);
/// Replaces what is the same as one expression, from the top down. Whether there was something.
bool replace_same(ast::Expression& expression, const ast::Expression& same, const ast::Expression& value);
/// The same in the expressions that for_each_result_expression visits.
void replace_same(ast::Select& select, const ast::Expression& same, const ast::Expression& value);
/// Whether the same expression stands at or below this one.
[[nodiscard]] bool contains_same(const ast::Expression& expression, const ast::Expression& same);
[[nodiscard]] bool same_expressions(const std::vector<ast::Expression>& left,
                                    const std::vector<ast::Expression>& right);
/// Visits the expressions of a block that stand beside FROM and WHERE: items, GROUP BY, HAVING, QUALIFY, ...
void for_each_result_expression(ast::Select& select, const std::function<void(ast::Expression&)>& visit);

[[nodiscard]] bool is_window_function(const ast::Expression& expression);
/// Calls with OVER in items, HAVING and QUALIFY.
[[nodiscard]] std::vector<ast::Expression> window_functions_of(ast::Select& select);
[[nodiscard]] bool has_window_functions(ast::Select& select);
/// The window that an expression is; null for anything else.
[[nodiscard]] const ast::TimeWindow* as_window(const ast::Expression& expression, ast::TimeWindow::Kind kind);
/// The first window of a kind in the expressions that for_each_result_expression visits.
[[nodiscard]] std::optional<ast::Expression> find_window(ast::Select& select, ast::TimeWindow::Kind kind);
/// All HOP windows that a time is in, one in each row.
[[nodiscard]] ast::Expression each_hop(ast::TimeWindow window, SourceSpan span);
/// The structure that an expression is written as: a literal, or a whole TUMBLE window.
[[nodiscard]] std::optional<ast::StructLiteral> written_structure(const ast::Expression& expression);
/// The value of a whole, non-negative number; nullopt for anything else.
[[nodiscard]] std::optional<std::uint64_t> constant_number(const ast::Expression& expression);

/// An expression in the engine's SQL.
[[nodiscard]] std::string text_of(const ast::Expression& expression);
/// Without the parentheses around it.
[[nodiscard]] const ast::Expression& without_parentheses(const ast::Expression& expression);
/// a AND b AND c as its parts.
[[nodiscard]] std::vector<ast::Expression> conjuncts_of(const ast::Expression& expression);
[[nodiscard]] ast::Expression conjunction_of(std::vector<ast::Expression> parts);

/// structure.field, or the value itself where the structure is written out.
[[nodiscard]] ast::Expression simplified_field(ast::Expression structure, std::string_view field);
[[nodiscard]] ast::SelectItem make_item(ast::Expression value, std::string_view alias);
[[nodiscard]] ast::SelectItem make_star();
[[nodiscard]] ast::TableReference make_scan(std::size_t scan, std::string_view alias);
[[nodiscard]] ast::Query make_query(ast::Select select);

}  // namespace laminar
