#pragma once

#include <string>

#include "catalog/options/option_schema.h"

namespace laminar {

/// When an option must be given, for people: "always", "mode = 'client'", or empty when it need not be.
[[nodiscard]] std::string describe_requirement(const OptionSchema& schema, const OptionDeclaration& option);

}  // namespace laminar
