#pragma once

#include <cstddef>
#include <string>

#include "connectors/rows/column_batch.h"

namespace laminar {

/// Appends a value as people read it, spelled as DuckDB spells it: 2026-01-02 03:04:05.25, 1.50, [1, 2],
/// {'a': 1}, {'k'=1}, \xDE\xAD for bytes. NULL inside a nested value is written NULL; the value itself must not be
/// NULL.
void append_value_text(std::string& text, const ColumnVector& values, std::size_t row);

}  // namespace laminar
