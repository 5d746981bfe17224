#pragma once

#include <optional>

#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"

namespace laminar {

/// An option's value as it may be shown: texts of secret options become ***, unless they refer to secrets by name
/// (${secret:name}, which says nothing), and credentials in URLs and in messages (the members of JSON whose names tell,
/// as clear_secrets.h has it) are taken out. nullopt when it can be shown as it is.
[[nodiscard]] std::optional<ast::OptionValue> redacted_value(const ast::Option& option, const OptionSchema& schema);

}  // namespace laminar
