#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// Names that differ in nothing but case are names of several columns here, and of one column to the engine, quotes or
/// not. So all but the first of them carry a mark within the engine, from a BoundQuery on; whoever shows a name to
/// somebody outside leaves the mark away. Everything that holds a name of the engine's says so.

/// What a name within the engine ends with where it is not the one outside, as often as needed.
extern const std::string_view column_mark;

/// The name within the engine of a column before which so many others have the name in another case.
[[nodiscard]] std::string engine_column_name(std::string_view name, std::size_t earlier);
/// The same for columns of one relation, in their order. Names that are there twice stay so.
[[nodiscard]] std::vector<std::string> engine_column_names(const std::vector<std::string>& names);

/// What a name within the engine is called outside.
[[nodiscard]] std::string_view shown_column_name(std::string_view engine_name) noexcept;
/// Text of the engine that may have such names in it, without the marks.
[[nodiscard]] std::string without_column_marks(std::string text);

}  // namespace laminar
