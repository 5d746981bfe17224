#include "cli/result/line_printer.h"

#include <algorithm>

#include "catalog/objects/column_name.h"
#include "cli/result/value_text.h"
#include "cli/terminal/cell_text.h"

namespace laminar {

void LinePrinter::append_header(std::string&, std::string_view stream, const std::vector<OutputColumn>& columns, bool) {
    labels_.clear();
    if (!stream.empty()) labels_.emplace_back("_stream");
    for (const OutputColumn& column : columns) labels_.push_back(escape_controls(shown_column_name(column.name)));
    std::size_t width = 0;
    for (const std::string& label : labels_) width = std::max(width, text_width(label));
    for (std::string& label : labels_) {
        label.insert(0, width - text_width(label), ' ');
        label += " = ";
    }
}

void LinePrinter::append_row(std::string& text, std::string_view stream, const ResultTable& rows, std::size_t row) {
    std::size_t label = 0;
    if (!stream.empty()) {
        text += labels_[label++];
        text += stream;
        text += '\n';
    }
    std::string value;
    for (const ColumnVector& column : rows.values) {
        text += labels_[label++];
        if (column.is_valid(row)) {
            value.clear();
            append_value_text(value, column, row);
            text += escape_controls(value);
        } else {
            text += "NULL";
        }
        text += '\n';
    }
    text += '\n';
}

}  // namespace laminar
