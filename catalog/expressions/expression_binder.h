#pragma once

#include <optional>

#include "catalog/options/computed_text.h"
#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Where an expression of an option stands, beside what the option's facts say.
struct ExpressionPlace {
    bool has_received = false;  ///< It answers a message: RECEIVED is that.
};

/// Binds an expression, or constants with expressions among them (which become JSON): every function is known and may
/// be called here, every argument is of a type that it takes, and ${...} in its texts are what the option replaces.
/// nullopt after reporting everything that is wrong at its own place.
[[nodiscard]] std::optional<ComputedText> bind_computed_text(const OptionDeclaration& option,
                                                             const ast::OptionValue& value, ExpressionPlace place,
                                                             Diagnostics& diagnostics);

}  // namespace laminar
