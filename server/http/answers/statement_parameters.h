#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/catalog.h"
#include "server/http/answers/client_statement.h"
#include "server/postgres/statements/parameter_text.h"

namespace laminar::http {

// Values of JSON as SQL. Types are those of the PostgreSQL protocol, by their numbers; 0: none is known.

/// Whether its values are bytes, or lists of such: base64 in JSON.
[[nodiscard]] bool is_bytes(std::int32_t type);

/// The SQL of a value of a type. Nothing: it is no such value.
[[nodiscard]] std::optional<std::string> sql_of(const Parameter& parameter, std::int32_t type);

/// Of the parameters of an INSERT: texts, of which nothing else is known, become bytes where a column of bytes takes
/// them. types: at their places. False: there are none.
[[nodiscard]] bool infer_bytes(const SentSql& sent, const postgres::ParameterText& text, const Catalog& catalog,
                               std::vector<std::int32_t>& types);

}  // namespace laminar::http
