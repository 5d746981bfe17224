#pragma once

#include <string>

#include "parser/ast/option.h"

namespace laminar {

/// A value as JSON text: JSON_OBJECT('a': 1) and MAP {'a': 1} become {"a":1}, lists become arrays, INTERVALs their
/// text.
[[nodiscard]] std::string option_value_to_json(const ast::OptionValue& value);

/// "a string", "an integer", "a list", ...: what the user wrote, for messages.
[[nodiscard]] std::string describe_option_value(const ast::OptionValue& value);

/// The first part that is no constant but a condition (STARTS_WITH, EXISTS); null when there is none.
[[nodiscard]] const ast::OptionValue* find_condition(const ast::OptionValue& value);

}  // namespace laminar
