#pragma once

#include <optional>
#include <vector>

#include "server/postgres/catalog/sql_tokens.h"
#include "server/postgres/messages/error_message.h"

namespace laminar::postgres {

/// Why a query of the catalog is refused for what it calls; nothing: it may. It may call the catalog's own functions,
/// those of the engine that go by their arguments alone (FunctionPolicy::callable), and nothing that is not known to be
/// one of these: the functions through which Laminar itself reads rows are not.
[[nodiscard]] std::optional<ErrorMessage> refusal_of_calls(const std::vector<SqlToken>& tokens);

}  // namespace laminar::postgres
