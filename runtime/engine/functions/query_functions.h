#pragma once

#include <cstdint>
#include <string_view>

namespace laminar {

/// Whether queries may call a function of the engine. Every function that the engine lists is decided on here, and one
/// that a later engine brings is not callable before it is (query_functions_test.cpp fails until then). What is
/// callable goes by its arguments alone: files, other relations than those of the catalog, settings and the engine's
/// own state are out of its reach.
enum class FunctionPolicy : std::uint8_t { callable, reaches_files, of_the_engine, undecided };

/// Of a scalar or aggregate function or a macro. name is case-folded.
[[nodiscard]] FunctionPolicy function_policy(std::string_view name);
/// Of what stands in FROM: table functions and macros, and those of PRAGMA and CALL.
[[nodiscard]] FunctionPolicy table_function_policy(std::string_view name);

/// Lists the engine's functions that a name of letters, digits and underscores calls: the name, case-folded, and
/// 'relation' for those that table_function_policy is for.
inline constexpr const char* builtin_functions_sql =
    "SELECT DISTINCT lower(function_name), CASE WHEN function_type IN ('table', 'table_macro', 'pragma') THEN "
    "'relation' "
    "ELSE 'expression' END FROM duckdb_functions() WHERE internal AND "
    "regexp_full_match(function_name, '[a-zA-Z_][a-zA-Z0-9_]*') AND NOT starts_with(function_name, 'laminar_') AND "
    "NOT starts_with(function_name, '__')";

}  // namespace laminar
