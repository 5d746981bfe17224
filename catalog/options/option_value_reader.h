#pragma once

#include <optional>

#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Reads a written value as an option's type wants it and checks all that the option's own facts say (bounds, choices,
/// text rules, secret references); what depends on other options is option_validator's. nullopt after reporting.
/// NULL reads as monostate.
[[nodiscard]] std::optional<OptionData> read_option_value(const OptionDeclaration& option,
                                                          const ast::OptionValue& value, Diagnostics& diagnostics);

/// "between 1 and 9", "at least 1", for messages and references; with the unit, if there is one.
[[nodiscard]] std::string describe_bounds(std::optional<double> minimum, std::optional<double> maximum,
                                          std::string_view unit);

}  // namespace laminar
