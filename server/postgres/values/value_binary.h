#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "connectors/rows/column_batch.h"
#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

/// Appends a value, which is not NULL, as PostgreSQL writes it in the binary format of postgres_type(type). type is
/// what the column was declared as.
void append_binary_value(std::string& out, const ColumnType& type, const ColumnVector& values, std::size_t row,
                         TypeUse use = TypeUse::rows);

/// A number of decimal digits, with or without a sign and a fraction, in the binary format of numeric.
void append_binary_numeric(std::string& out, std::string_view text);

}  // namespace laminar::postgres
