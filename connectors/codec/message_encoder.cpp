#include "connectors/codec/message_encoder.h"

#include "connectors/codec/json_encoder.h"

namespace laminar {

namespace {

bool is_payload_type(TypeId type) noexcept {
    return type == TypeId::json || type == TypeId::varchar || type == TypeId::blob;
}

bool append_bare(const ColumnVector& column, std::size_t row, std::string& out) {
    if (column.is_valid(row)) {
        out += column.string_at(row);
    } else if (column.type().id == TypeId::json) {
        out += "null";
    }
    return column.type().id == TypeId::blob;
}

}  // namespace

void MessageEncoder::set_columns(const std::vector<OutputColumn>& columns,
                                 const std::vector<std::size_t>& payload_columns) {
    fields_.clear();
    for (const std::size_t column : payload_columns) {
        std::string prefix = fields_.empty() ? "{" : ",";
        append_json_quoted(prefix, columns[column].name);
        prefix += ':';
        fields_.push_back({column, std::move(prefix)});
    }
    is_bare_ = payload_columns.size() == 1 && is_payload_type(columns[payload_columns[0]].type.id);
}

bool MessageEncoder::encode(const std::vector<ColumnVector>& columns, std::size_t row, std::string& out) const {
    if (is_bare_) return append_bare(columns[fields_[0].column], row, out);
    if (fields_.empty()) out += '{';
    for (const Field& field : fields_) {
        out += field.prefix;
        append_json_value(out, columns[field.column], row);
    }
    out += '}';
    return false;
}

bool encode_message(const std::vector<std::string>& names, const std::vector<ColumnVector>& columns, std::size_t row,
                    std::string& out) {
    if (columns.size() == 1 && is_payload_type(columns[0].type().id)) return append_bare(columns[0], row, out);
    encode_row(names, columns, row, out);
    return false;
}

}  // namespace laminar
