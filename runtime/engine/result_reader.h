#pragma once

#include <cstddef>
#include <vector>

#include "runtime/engine/duckdb_handles.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// An empty table with these columns.
[[nodiscard]] ResultTable make_result_table(const std::vector<OutputColumn>& columns);

/// Appends the rows of a chunk, whose columns are of the carried types of the table's. streamed: the chunk comes
/// straight out of the running query, where parts of nested values may still be in one of the library's packed forms.
void append_chunk(duckdb_data_chunk chunk, bool streamed, ResultTable& table);

}  // namespace laminar
