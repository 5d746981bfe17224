#pragma once

#include <string_view>

namespace laminar {

/// Where the row of a change is in its message (format = 'debezium_json'), and how such a row begins, so that what is
/// done to it is in its text.
inline constexpr std::string_view change_field = "change";
inline constexpr std::string_view change_rows_path = "$.change";
inline constexpr std::string_view change_mark = R"({"__laminar_op":)";
inline constexpr std::string_view change_mark_of_deletion = R"({"__laminar_op":"d")";

}  // namespace laminar
