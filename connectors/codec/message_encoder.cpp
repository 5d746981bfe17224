#include "connectors/codec/message_encoder.h"

#include <algorithm>
#include <cstddef>

#include "catalog/objects/column_name.h"
#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {

namespace {

bool is_payload_type(TypeId type) noexcept {
    return type == TypeId::json || type == TypeId::varchar || type == TypeId::blob;
}

bool append_bare(const ColumnVector& column, std::size_t row, bool must_be_json, std::string& out) {
    const bool is_text = column.type().id == TypeId::varchar;
    if (!column.is_valid(row)) {
        if (column.type().id == TypeId::json || (is_text && must_be_json)) out += "null";
    } else if (column.type().id == TypeId::json) {
        append_json_text(out, column.string_at(row));
    } else if (is_text && must_be_json && !is_json_value(column.string_at(row))) {
        append_json_quoted(out, column.string_at(row));
    } else {
        out += column.string_at(row);
    }
    return column.type().id == TypeId::blob;
}

}  // namespace

void MessageEncoder::set_columns(const std::vector<OutputColumn>& columns,
                                 const std::vector<std::size_t>& payload_columns, MessageFormat format) {
    fields_.clear();
    for (const std::size_t column : payload_columns) {
        std::string prefix = fields_.empty() ? "{" : ",";
        append_json_quoted(prefix, shown_column_name(columns[column].name));
        prefix += ':';
        fields_.push_back({column, std::move(prefix)});
    }
    must_be_json_ = format == MessageFormat::json || is_change(format) || is_translated(format);
    is_bare_ = payload_columns.size() == 1 && is_payload_type(columns[payload_columns[0]].type.id);
    // No text is a message of fields.
    if (is_bare_ && format == MessageFormat::protobuf)
        is_bare_ = columns[payload_columns[0]].type.id != TypeId::varchar;
}

bool MessageEncoder::encode(const std::vector<ColumnVector>& columns, std::size_t row, std::string& out) const {
    if (is_bare_) return append_bare(columns[fields_[0].column], row, must_be_json_, out);
    append_object(columns, row, out);
    return false;
}

void MessageEncoder::encode_json(const std::vector<ColumnVector>& columns, std::size_t row, std::string& out) const {
    if (!is_bare_) return append_object(columns, row, out);
    const ColumnVector& column = columns[fields_[0].column];
    if (column.type().id == TypeId::blob) return append_json_value(out, column, row);
    const auto begin = static_cast<std::ptrdiff_t>(out.size());
    append_bare(column, row, true, out);
    // Between the tokens of a value, where they are no more than space: strings have none.
    std::replace_if(
        out.begin() + begin, out.end(), [](char character) { return character == '\n' || character == '\r'; }, ' ');
}

void MessageEncoder::append_object(const std::vector<ColumnVector>& columns, std::size_t row, std::string& out) const {
    if (fields_.empty()) out += '{';
    for (const Field& field : fields_) {
        out += field.prefix;
        append_json_value(out, columns[field.column], row);
    }
    out += '}';
}

}  // namespace laminar
