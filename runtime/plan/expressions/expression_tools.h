#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/query.h"

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
/// Whether its value may differ from row to row: it has a column, a subquery or a call.
[[nodiscard]] bool may_vary(const ast::Expression& expression);
/// Replaces expressions from the top down; replace returns true for those it replaced, which are not entered then.
void replace_expressions(ast::Expression& expression, const std::function<bool(ast::Expression&)>& replace);
/// The same with the names that enclosing lambdas bind.
void replace_free_expressions(
    ast::Expression& expression,
    const std::function<bool(ast::Expression&, const std::vector<std::string>& bound)>& replace);
/// Replaces what has this text in the expressions that for_each_result_expression visits.
void replace_text(ast::Select& select, const std::string& text, const ast::Expression& value);
/// Visits the expressions of a block that stand beside FROM and WHERE: items, GROUP BY, HAVING, QUALIFY, ...
void for_each_result_expression(ast::Select& select, const std::function<void(ast::Expression&)>& visit);

[[nodiscard]] bool is_window_function(const ast::Expression& expression);
/// Calls with OVER in items, HAVING and QUALIFY.
[[nodiscard]] std::vector<ast::Expression> window_functions_of(ast::Select& select);
[[nodiscard]] bool has_window_functions(ast::Select& select);
/// The first call of a function in the expressions that for_each_result_expression visits.
[[nodiscard]] std::optional<ast::Expression> find_call(ast::Select& select, std::string_view name);
[[nodiscard]] std::vector<ast::Expression> arguments_of(const ast::Expression& call);
/// The value of a whole, non-negative number; nullopt for anything else.
[[nodiscard]] std::optional<std::uint64_t> constant_number(const ast::Expression& expression);

/// The text of an expression, by which equal ones are recognized.
[[nodiscard]] std::string text_of(const ast::Expression& expression);
/// Without the parentheses around it.
[[nodiscard]] const ast::Expression& without_parentheses(const ast::Expression& expression);
/// a AND b AND c as its parts.
[[nodiscard]] std::vector<ast::Expression> conjuncts_of(const ast::Expression& expression);
[[nodiscard]] ast::Expression conjunction_of(std::vector<ast::Expression> parts);

[[nodiscard]] ast::Expression make_binary(ast::Expression left, std::string_view op, ast::Expression right);
[[nodiscard]] ast::Expression make_number(std::uint64_t value);
[[nodiscard]] ast::Expression make_struct_field(ast::Expression structure, std::string_view field);
/// structure.field, or the value itself where the structure is written out.
[[nodiscard]] ast::Expression simplified_field(ast::Expression structure, std::string_view field);
[[nodiscard]] ast::SelectItem make_item(ast::Expression value, std::string_view alias);
[[nodiscard]] ast::SelectItem make_star();
[[nodiscard]] ast::TableReference make_scan(std::size_t scan, std::string_view alias);
[[nodiscard]] ast::Query make_query(ast::Select select);

}  // namespace laminar
