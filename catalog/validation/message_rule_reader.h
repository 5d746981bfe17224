#pragma once

#include <optional>

#include "catalog/options/message_rule.h"
#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Reads the list of maps of an option like handshake or replies, as its form says. A map alone stands for a list of
/// one. Conditions are about paths, the whole message (message) or its bytes (data, where \xNN is a byte). nullopt
/// after reporting.
[[nodiscard]] std::optional<MessageRules> read_message_rules(const OptionDeclaration& option,
                                                             const ast::OptionValue& value, Diagnostics& diagnostics);

}  // namespace laminar
