#pragma once

#include <vector>

#include "catalog/bind/binding_context.h"

namespace laminar {

/// What the conditions of a table's option accept mean for the messages of its connection. written: what they were read
/// from. Reports places that messages of the connection do not have and values that they never have.
[[nodiscard]] std::vector<AcceptCondition> bind_accept(const BindingContext& context, const ast::Option& written,
                                                       const TableOptions& options, const ConnectionObject& connection);

}  // namespace laminar
