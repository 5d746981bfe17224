#pragma once

#include <cstddef>

#include "catalog/objects/column_type.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// Appends the value of a row, which is not NULL, to another column. False, with nothing appended: this value has to go
/// by way of its JSON.
using ValueCopy = bool (*)(ColumnVector& target, const ColumnVector& source, std::size_t row);

/// How values of a type come to a column of another one such that it has what the JSON decoder would make of their JSON
/// (append_json_value). Null: for these types only that itself tells.
[[nodiscard]] ValueCopy find_value_copy(const ColumnType& source, const ColumnType& target) noexcept;

}  // namespace laminar
