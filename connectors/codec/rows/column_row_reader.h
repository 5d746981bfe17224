#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "connectors/codec/rows/field_tree.h"
#include "connectors/codec/rows/row_writer.h"
#include "connectors/codec/rows/value_copy.h"
#include "connectors/rows/message.h"

namespace laminar {

struct ColumnRows;

/// Takes messages that are rows of typed columns (Message::rows) into a batch: value by value, without reading their
/// JSON. What it takes is what the JSON decoder would make of that. Borrows the place of the columns and the writer of
/// one decoder; used by its thread.
class ColumnRowReader {
public:
    ColumnRowReader(FieldNode& root, RowWriter& writer) : root_(root), writer_(writer) {}

    /// After RowWriter::begin_message. False: nothing of the row is in the batch, and its JSON has to be read, be it
    /// for a type that is to be converted or because something is wrong.
    [[nodiscard]] bool take(const Message& message);

private:
    struct Field {
        std::size_t column = 0;  ///< Of the rows.
        FieldNode* node = nullptr;
        bool exact = false;
        std::vector<ValueCopy> copies;  ///< For each of the node's columns.
    };
    void plan(const ColumnRows& rows);
    [[nodiscard]] bool take_fields(const ColumnRows& rows, std::size_t row);

    FieldNode& root_;
    RowWriter& writer_;
    std::shared_ptr<const ColumnRows> planned_;  ///< What the next two are for.
    bool can_take_ = false;
    std::vector<Field> fields_;
};

}  // namespace laminar
