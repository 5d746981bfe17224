#pragma once

#include <cstddef>
#include <limits>

namespace laminar {

/// In the query of an operator: the rows the operator itself keeps.
inline constexpr std::size_t operator_rows_scan = std::numeric_limits<std::size_t>::max();
inline constexpr const char* operator_rows_alias = "__rows";
/// In the query of a join: the rows of its sides.
inline constexpr const char* join_side_alias[2] = {"__left", "__right"};

/// Names of columns that the planner adds. Those that stand beside the user's are such as no user's column can have
/// (is_reserved_column_name); beside the others are columns with names of ShownNames.
inline constexpr const char* time_key_column = "__key";
inline constexpr const char* window_column = "__window";
inline constexpr const char* arrival_column = "__laminar_arrival";
/// With row_position_column: the scan that a row came from; NULL for rows that came from no stream.
inline constexpr const char* origin_column = "__laminar_origin";
/// In expressions of a clock: the clock itself.
inline constexpr const char* clock_variable = "__clock";

}  // namespace laminar
