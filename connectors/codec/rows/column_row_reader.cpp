#include "connectors/codec/rows/column_row_reader.h"

#include "catalog/objects/column_name.h"
#include "connectors/rows/column_rows.h"

namespace laminar {

bool ColumnRowReader::take(const Message& message) {
    if (planned_ != message.rows) {
        plan(*message.rows);
        planned_ = message.rows;
    }
    if (!can_take_) return false;
    writer_.begin_row();
    const bool taken =
        take_fields(*message.rows, message.row) && writer_.end_row(message.payload, true, true) && !writer_.error();
    if (!taken) writer_.discard_rows();
    return taken;
}

void ColumnRowReader::plan(const ColumnRows& rows) {
    fields_.clear();
    can_take_ = false;
    for (std::size_t column = 0; column < rows.columns.size(); ++column) {
        const FieldNode::Match match = root_.find(column, shown_column_name(rows.columns[column].name));
        if (match.node == nullptr) continue;
        const ColumnType& type = rows.values[column].type();
        const bool has_parts = type.is_nested() || type.id == TypeId::json;
        // Of what one column or another may take, and of the id, only the text tells.
        if (!match.node->claims.empty() || match.node->is_message_id) return;
        if (has_parts && match.node->has_children()) return;
        Field field{column, match.node, match.exact, {}};
        for (const std::uint32_t index : match.node->columns) {
            field.copies.push_back(find_value_copy(type, writer_.type_of(index)));
            if (field.copies.back() == nullptr) return;
        }
        fields_.push_back(std::move(field));
    }
    can_take_ = true;
}

bool ColumnRowReader::take_fields(const ColumnRows& rows, std::size_t row) {
    for (const Field& field : fields_) {
        if (!writer_.visit(*field.node, field.exact)) continue;
        const ColumnVector& values = rows.values[field.column];
        const bool taken =
            values.is_valid(row) ? writer_.value(*field.node, field.copies, values, row) : writer_.null(*field.node);
        if (!taken) return false;
    }
    return true;
}

}  // namespace laminar
