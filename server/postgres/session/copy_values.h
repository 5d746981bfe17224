#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/objects/column_type.h"

namespace laminar::postgres {

// Values of COPY FROM: texts that are handed to the engine in a list of VARCHAR for each row, and the SQL that makes
// the value of a column of it. What COPY TO writes becomes the same again.

/// Why values of a column cannot be read; empty: they can.
[[nodiscard]] std::string problem_of_copied(const ColumnType& type);

/// The text for the engine, of a text as clients write it (value_text.h). Nothing: it is no value of the type.
[[nodiscard]] std::optional<std::string> copied_text(const ColumnType& type, std::string_view text);

/// What becomes the column's value, of an expression that is that text.
[[nodiscard]] std::string copied_sql(const ColumnType& type, const std::string& text);

}  // namespace laminar::postgres
