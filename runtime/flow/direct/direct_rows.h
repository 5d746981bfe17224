#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "catalog/query/bound_query.h"
#include "connectors/rows/column_batch.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// A column as queries see it.
struct ShownColumn {
    std::string name;
    bool is_of_slot = false;  ///< The slot has it under that name, and its values are what queries see.
};

/// Of an input, whose slot has all but metadata under the same name.
[[nodiscard]] std::vector<ShownColumn> shown_columns(const QueryInput& input);
/// Of a slot that queries see as it is.
[[nodiscard]] std::vector<ShownColumn> shown_columns(const BatchSlot& slot);
/// Of rows that are seen as they are.
[[nodiscard]] std::vector<ShownColumn> shown_as_held(const std::vector<OutputColumn>& columns);

/// What a query reads: the rows that a slot shows, under these columns. Borrowed.
struct DirectSource {
    BatchSlot* slot = nullptr;
    std::vector<ShownColumn> columns;
};

/// Rows to compute with: columns by the number that DirectColumns gave them, and the positions of the rows in them.
struct DirectRows {
    std::vector<const ColumnVector*> columns;
    std::vector<std::size_t> rows;
};

}  // namespace laminar
