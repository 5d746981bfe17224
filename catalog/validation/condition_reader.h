#pragma once

#include <optional>

#include "catalog/options/message_condition.h"
#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Reads MAP {'$.type': 'trade', ...}, one condition for each entry, in their order. What the places are is checked
/// only as far as paths are paths. nullopt after reporting.
[[nodiscard]] std::optional<MessageConditions> read_conditions(const OptionDeclaration& option,
                                                               const ast::OptionValue& value, Diagnostics& diagnostics);

}  // namespace laminar
