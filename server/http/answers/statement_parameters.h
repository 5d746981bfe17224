#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/objects/column_type.h"
#include "server/http/answers/client_statement.h"
#include "server/postgres/statements/parameter_text.h"

namespace laminar::http {

// Values of JSON as SQL. Types are those of the PostgreSQL protocol, by their numbers; 0: none is known.

/// Whether its values are bytes, or lists of such: base64 in JSON.
[[nodiscard]] bool is_bytes(std::int32_t type);

/// What is known of the types of parameters, each at its place.
struct ParameterTypes {
    std::vector<std::int32_t> numbers;
    std::vector<std::optional<ColumnType>> nested;  ///< Of those without a number that are cast to such, or inserted.
};

/// The SQL of a value of a type. Nothing: it is no such value.
[[nodiscard]] std::optional<std::string> sql_of(const Parameter& parameter, std::int32_t type,
                                                const std::optional<ColumnType>& nested);

/// Of parameters of which nothing else is known: texts become bytes where a column of bytes takes them, objects and
/// arrays are of the nested type that a cast or the column says, and keep their digits so. False: there are none.
[[nodiscard]] bool infer_types(const SentSql& sent, const postgres::ParameterText& text, const Catalog& catalog,
                               ParameterTypes& types);

}  // namespace laminar::http
