#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parser/diagnostic/diagnostic.h"
#include "server/postgres/catalog/sql_tokens.h"
#include "server/postgres/messages/error_message.h"

namespace laminar::postgres {

/// A query of the catalog: in the words of the engine that has it, and what in it is refused, if anything is.
struct CatalogQuery {
    SourceTextPtr source;  ///< As the client wrote it.
    WrittenSql sql;
    std::optional<ErrorMessage> error;
};

/// Nothing: the statement is none. One is a query that names pg_catalog or information_schema or reads a relation of
/// theirs, or reads nothing at all and calls a function that only they have (version(), current_schema()). What it says
/// in PostgreSQL's words that the engine does not have (regclass, OPERATOR(), ~, COLLATE "default") is written anew;
/// all of it goes by tokens, so that no text of the client's is ever more than a token of its own kind.
[[nodiscard]] std::optional<CatalogQuery> parse_catalog_query(std::string_view statement);

/// What PostgreSQL calls a column that has no name, by what the engine calls it: version() is version.
[[nodiscard]] std::string catalog_column_name(std::string_view engine_name);

}  // namespace laminar::postgres
