#include "connectors/column_rows.h"

#include "connectors/message.h"

namespace laminar {

std::size_t ColumnRows::byte_size() const noexcept {
    std::size_t bytes = 0;
    for (const ColumnVector& column : values) bytes += column.byte_size();
    return bytes;
}

std::size_t OutgoingMessage::byte_size() const noexcept { return rows ? rows->byte_size() : payload->size(); }

std::size_t OutgoingMessage::count() const noexcept { return rows ? rows->rows : 1; }

}  // namespace laminar
