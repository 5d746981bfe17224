#pragma once

#include <optional>
#include <vector>

#include "server/postgres/catalog/sql_tokens.h"

namespace laminar::postgres {

/// Tokens that say in the engine's words what those of a query of the catalog say in PostgreSQL's. Nothing: that takes
/// more work than is worth while, which no query of a client's does.
[[nodiscard]] std::optional<std::vector<SqlToken>> rewrite_catalog_query(std::vector<SqlToken> tokens);

/// regclass, regtype, ...: a type whose values are numbers of objects, and are shown as their names.
[[nodiscard]] bool is_object_type(const SqlToken& token) noexcept;

}  // namespace laminar::postgres
