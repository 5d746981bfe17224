#include "connectors/rows/column_rows.h"

namespace laminar {

std::size_t ColumnRows::byte_size() const noexcept {
    std::size_t bytes = 0;
    for (const ColumnVector& column : values) bytes += column.byte_size();
    return bytes;
}

}  // namespace laminar
