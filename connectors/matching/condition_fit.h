#pragma once

#include <string>
#include <string_view>

#include "catalog/options/message_condition.h"

namespace laminar {

// Whether what a message has at a place is what a condition wants there.

[[nodiscard]] bool fits_text(const ConditionValue& wanted, std::string_view text);
/// found: a scalar as it stands in the message, or the bracket of what is none. scratch: memory to use.
[[nodiscard]] bool fits_json(const ConditionValue& wanted, std::string_view found, std::string& scratch);

}  // namespace laminar
