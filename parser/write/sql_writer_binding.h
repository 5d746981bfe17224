#pragma once

#include "parser/write/sql_writer_pass.h"

namespace laminar {

/// How tightly an expression binds when it is written without parentheses of its own.
[[nodiscard]] Binding binding_of(const ast::Expression& expression, SqlDialect dialect);

/// The operand that stands first in the text of an expression, null when the expression begins with a token of its own.
/// Chains of operators are chains of first operands, which the writer follows without recursion.
[[nodiscard]] const ast::Expression* first_operand(const ast::Expression& expression);

/// What the first operand must bind like to stand there without parentheses.
[[nodiscard]] Binding required_of_first_operand(const ast::Expression& expression);

/// What the right operand of an infix operator must bind like.
[[nodiscard]] Binding required_of_right_operand(const ast::Binary& binary);

}  // namespace laminar
