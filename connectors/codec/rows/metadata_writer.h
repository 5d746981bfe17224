#pragma once

#include <chrono>
#include <string_view>

#include "catalog/objects/metadata_column.h"
#include "connectors/rows/column_batch.h"
#include "connectors/rows/message.h"

namespace laminar {

/// What metadata columns of one row are filled from. Views are borrowed.
struct RowOrigin {
    const Message* message = nullptr;
    std::string_view text;        ///< The part of the payload that the row came from.
    bool is_text = true;          ///< text is valid UTF-8.
    bool is_json = false;         ///< text is a valid JSON value.
    std::string_view message_id;  ///< From the payload, or generated.
};

/// Appends a fact about a message, converted to the column's type as TRY_CAST would: NULL where there is no such fact
/// or the type cannot hold it. processed_at is NULL here: see fill_in_processed_at.
void append_metadata(ColumnVector& column, MetadataField field, const RowOrigin& origin);

/// Gives rows that have none their processed_at, in columns of timestamp types: for whoever takes the batch.
void fill_in_processed_at(ColumnBatch& batch, std::chrono::system_clock::time_point time);

/// Before a column is read: fills it if it is a deferred one.
void fill_in_metadata(ColumnBatch& batch, std::size_t column);
/// The same for all of them.
void fill_in_metadata(ColumnBatch& batch);

}  // namespace laminar
