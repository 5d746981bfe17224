#pragma once

#include <optional>

#include "catalog/options/computed_expression.h"
#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

// Constants in expressions of options. ${secret:name}, ${resume} and ${message_id} in texts stand for values, as in
// options that are written out. nullopt after reporting.

[[nodiscard]] std::optional<ComputedExpression> bind_literal(const OptionDeclaration& option,
                                                             const ast::Literal& literal, SourceSpan span,
                                                             Diagnostics& diagnostics);
/// A constant among the values of a list or map that has expressions, too. Not a list or map itself.
[[nodiscard]] std::optional<ComputedExpression> bind_constant(const OptionDeclaration& option,
                                                              const ast::OptionValue& value, Diagnostics& diagnostics);

}  // namespace laminar
