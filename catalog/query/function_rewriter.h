#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/query.h"

namespace laminar {

/// Replaces Laminar's own functions by what the engine understands, at every depth, subqueries included:
///   NOW(), CURRENT_TIMESTAMP ...      the time in UTC as TIMESTAMP without time zone
///   IS_VALID_JSON(x)                  json_valid(x)
///   TUMBLE(ts, size [, offset])       {'start': ..., 'end': ...}, aligned to the epoch
///   TUMBLE_START, TUMBLE_END          one end of it
///   HOP(ts, slide, size), SESSION(ts, gap), HOP_START ...   laminar_hop(...), laminar_session(...)
///   TEST_CONNECTION, ACKNOWLEDGE_MESSAGE                    laminar_connection_test, laminar_acknowledge
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

/// Building blocks for nodes that stand in for a user's expression: they carry its span.
[[nodiscard]] ast::Identifier make_identifier(std::string_view text, SourceSpan span);
[[nodiscard]] ast::Expression make_string(std::string_view text, SourceSpan span);
[[nodiscard]] ast::Expression make_column(std::string_view relation, std::string_view name, SourceSpan span);
[[nodiscard]] ast::Expression make_call(std::string_view name, std::vector<ast::Expression> arguments, SourceSpan span);
[[nodiscard]] ast::Expression make_cast(ast::Expression operand, std::string_view type, SourceSpan span);

}  // namespace laminar
