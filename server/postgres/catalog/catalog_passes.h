#pragma once

#include <vector>

#include "server/postgres/catalog/sql_tokens.h"
#include "server/postgres/catalog/token_pass.h"

namespace laminar::postgres {

// What a query of the catalog says in PostgreSQL's words and the engine says otherwise, one kind after the other, in
// this order. They throw TooMuchWork.

/// Schemas, operators with a schema, collations, tableoid, and values that need parentheses in the engine.
[[nodiscard]] std::vector<SqlToken> rewrite_names(std::vector<SqlToken> tokens, Work& work);
/// Casts to types that the engine does not have: x::regclass, CAST(x AS oid).
[[nodiscard]] std::vector<SqlToken> rewrite_casts(std::vector<SqlToken> tokens, Work& work);
/// Regular expressions, patterns, lists as texts, and the columns of functions that stand in FROM.
[[nodiscard]] std::vector<SqlToken> rewrite_matches(std::vector<SqlToken> tokens, Work& work);

}  // namespace laminar::postgres
