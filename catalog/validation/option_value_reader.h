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

/// Bounds of an option, "between 1 and 9", "at least 1", for messages and references; where it takes nothing but
/// intervals, "between 0 seconds and 1 minute".
[[nodiscard]] std::string describe_bounds(const OptionDeclaration& option, std::optional<double> minimum,
                                          std::optional<double> maximum);
/// The same with the unit of its numbers, if there is one: "between 1 and 9 seconds".
[[nodiscard]] std::string describe_bounds_with_unit(const OptionDeclaration& option, std::optional<double> minimum,
                                                    std::optional<double> maximum);

}  // namespace laminar
