#include "cli/result/json_printer.h"

#include "catalog/objects/column_name.h"
#include "connectors/codec/json/json_encoder.h"

namespace laminar {

void JsonPrinter::append_header(std::string&, std::string_view, const std::vector<OutputColumn>& columns, bool) {
    keys_.clear();
    for (const OutputColumn& column : columns) {
        append_json_quoted(keys_.emplace_back(), shown_column_name(column.name));
        keys_.back() += ':';
    }
}

void JsonPrinter::append_row(std::string& text, std::string_view stream, const ResultTable& rows, std::size_t row) {
    text += '{';
    if (!stream.empty()) {
        text += R"("_stream":)";
        append_json_quoted(text, stream);
    }
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
        if (i > 0 || !stream.empty()) text += ',';
        text += keys_[i];
        if (rows.values[i].is_valid(row)) {
            append_json_value(text, rows.values[i], row);
        } else {
            text += "null";
        }
    }
    text += "}\n";
}

}  // namespace laminar
