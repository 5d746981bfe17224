#pragma once

#include <cstddef>
#include <vector>

#include "connectors/rows/column_batch.h"

namespace laminar {

/// True where a cast from one type to the other has a value for every value and cannot fail: whole numbers to wider
/// ones and to DOUBLE, FLOAT to DOUBLE. A feed that sends prices as 10 and as 10.5 needs price::DOUBLE.
[[nodiscard]] bool is_sure_conversion(const ColumnType& from, const ColumnType& to) noexcept;

/// The values of rows (ascending positions) cast so, each at its position; at all others there is NULL.
[[nodiscard]] ColumnVector convert_surely(const ColumnVector& from, const ColumnType& to,
                                          const std::vector<std::size_t>& rows);

}  // namespace laminar
