#pragma once

#include <cstddef>

#include "connectors/rows/column_batch.h"
#include "runtime/engine/duckdb_handles.h"

namespace laminar {

/// Copies rows [first, first + count) of a column to target, whose type is the logical type of the column's carried
/// type, from row target_row on. Strings longer than 12 bytes are not copied but referred to: source must stay as it is
/// until the engine is done with target. Rows of target must not have been written before.
/// Throws EngineException for an array value that does not have the length of its type.
void write_vector(const ColumnVector& source, std::size_t first, std::size_t count, duckdb_vector target,
                  std::size_t target_row = 0);

/// The library's form of a string: short ones inline, long ones by reference.
[[nodiscard]] duckdb_string_t make_string(std::string_view text) noexcept;

}  // namespace laminar
