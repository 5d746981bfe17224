#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/query.h"

namespace laminar {

/// Replaces calls of Laminar's own functions by what they mean, at every depth, subqueries included:
///   NOW(), CURRENT_TIMESTAMP, CURRENT_DATE ...                  ast::PresentTime
///   TUMBLE(ts, size [, offset]), HOP(ts, slide, size), SESSION(ts, gap)   ast::TimeWindow
///   TUMBLE_START, HOP_END ...                                   one end of it
///   ACKNOWLEDGE_MESSAGE(id)                                     ast::Acknowledge
///   IS_VALID_JSON(x), TEST_CONNECTION(name)                     laminar_valid_json(x), laminar_connection_test(name)
/// Equal calls become equal expressions, so that GROUP BY goes on working. Apply once to an expression. For DEFAULT and
/// the like, whose names are no columns: CURRENT_TIMESTAMP without parentheses is replaced too.
void rewrite_functions(ast::Expression& expression);
/// The same for a query whose names are bound.
void rewrite_functions(ast::Query& query);

/// A function that rewrite_functions replaces. name is case-folded.
[[nodiscard]] bool is_rewritten_function(std::string_view name);
/// Whether a call of one is at or below the expression.
[[nodiscard]] bool contains_rewritten_function(const ast::Expression& expression);
/// TUMBLE, HOP, SESSION and their _START and _END.
[[nodiscard]] bool is_time_window_function(std::string_view name);
/// FIRST_VALUE and LAST_VALUE, which are aggregates in the order of time where they have no OVER.
[[nodiscard]] bool is_value_in_time(std::string_view name);
/// The number of arguments a time window function takes after its time column: least and most.
struct ArgumentCount {
    std::size_t least = 0;
    std::size_t most = 0;
};
[[nodiscard]] ArgumentCount time_window_arguments(std::string_view name);
/// Names of the functions that are Laminar's own, for suggestions.
[[nodiscard]] std::vector<std::string> laminar_function_names();

/// Functions the engine knows by its grammar rather than by its function table: COALESCE, LAG, UNNEST, ...
[[nodiscard]] bool is_syntax_function(std::string_view name);
[[nodiscard]] std::vector<std::string> syntax_function_names();

/// CURRENT_DATE, CURRENT_USER, ...: functions that SQL writes without parentheses.
[[nodiscard]] bool is_bare_function(std::string_view name);

}  // namespace laminar
