#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// The statements of a script of Flink SQL, one after the other, without their semicolons, comments between them and
/// empty ones; a statement set (BEGIN ... END) is one. A semicolon in a text, a quoted name or a comment ends nothing.
[[nodiscard]] std::vector<std::string> flink_statements(std::string_view script);

/// A text as a literal of Flink SQL.
[[nodiscard]] std::string flink_literal(std::string_view text);

}  // namespace laminar
