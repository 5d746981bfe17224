#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/rows/column_batch.h"

namespace laminar {

/// Values as JSON (RFC 8259), on one line. Numbers of every width and decimals are exact; floats are the shortest text
/// that reads back the same, NaN and infinity are null (JSON has neither). TIMESTAMP and TIMESTAMPTZ are
/// "2024-01-15T10:30:00.5Z" (UTC, no trailing zeros; infinite ones "infinity" and "-infinity"), DATE and TIME ISO 8601,
/// INTERVAL as DuckDB writes it ("1 day 02:00:00"), UUID text, BLOB base64, JSON as it is (line breaks as spaces),
/// STRUCT an object, LIST and ARRAY arrays, MAP an object with keys as text (an array of {"key", "value"} when keys are
/// nested). Types carried as text are strings. Except for NaN and infinity, the JSON decoder reads all of it back.
void append_json_value(std::string& out, const ColumnVector& column, std::size_t row);

/// The same for readers whose numbers are all doubles (JavaScript): numbers that a double does not hold exactly
/// (integers beyond 2^53, decimals of more than 15 digits) are strings, and TIMESTAMP, other than TIMESTAMPTZ, has no
/// Z.
void append_json_value_for_doubles(std::string& out, const ColumnVector& column, std::size_t row);

/// A value of a JSON column, which is JSON as a rule, but need not be: the engine lets more through (NaN, a trailing
/// comma), which is put right. Any other text becomes a JSON string.
void append_json_text(std::string& out, std::string_view json);
/// "text" with the escapes that JSON needs. Bytes that are not UTF-8 become U+FFFD.
void append_json_quoted(std::string& out, std::string_view text);

/// One row as an object, appended to out. names and columns go together.
void encode_row(const std::vector<std::string>& names, const std::vector<ColumnVector>& columns, std::size_t row,
                std::string& out);

}  // namespace laminar
