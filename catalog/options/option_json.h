#pragma once

#include <string>
#include <string_view>

#include "parser/ast/option.h"

namespace laminar {

/// A value as JSON text: JSON_OBJECT('a': 1) and MAP {'a': 1} become {"a":1}, lists become arrays, INTERVALs their
/// text.
[[nodiscard]] std::string option_value_to_json(const ast::OptionValue& value);

/// A number of SQL, which writes some that JSON does not know (+5, .5, 5., 007), as JSON writes it.
[[nodiscard]] std::string json_number_text(std::string_view text);

/// Whether some part is an expression.
[[nodiscard]] bool has_expression(const ast::OptionValue& value);

/// "a string", "an integer", "a list", ...: what the user wrote, for messages.
[[nodiscard]] std::string describe_option_value(const ast::OptionValue& value);

/// The first part that is no constant but a condition (STARTS_WITH, EXISTS); null when there is none.
[[nodiscard]] const ast::OptionValue* find_condition(const ast::OptionValue& value);

}  // namespace laminar
