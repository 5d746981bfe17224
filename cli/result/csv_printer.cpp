#include "cli/result/csv_printer.h"

#include "catalog/objects/column_name.h"
#include "cli/result/value_text.h"

namespace laminar {
namespace {

constexpr std::string_view line_end = "\r\n";

void append_field(std::string& text, std::string_view value) {
    // An empty text is quoted, so that it differs from NULL.
    if (!value.empty() && value.find_first_of(",\"\r\n") == std::string_view::npos) {
        text += value;
        return;
    }
    text += '"';
    for (const char c : value) {
        if (c == '"') text += '"';
        text += c;
    }
    text += '"';
}

}  // namespace

void CsvPrinter::append_header(std::string& text, std::string_view stream, const std::vector<OutputColumn>& columns,
                               bool begins) {
    std::string header;
    if (!stream.empty()) header = columns.empty() ? "_stream" : "_stream,";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) header += ',';
        append_field(header, shown_column_name(columns[i].name));
    }
    header += line_end;
    if (!begins && header == header_) return;
    // An empty line parts one table from the next.
    if (!header_.empty()) text += line_end;
    text += header;
    header_ = std::move(header);
}

void CsvPrinter::append_row(std::string& text, std::string_view stream, const ResultTable& rows, std::size_t row) {
    if (!stream.empty()) append_field(text, stream);
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
        if (i > 0 || !stream.empty()) text += ',';
        if (!rows.values[i].is_valid(row)) continue;
        value_.clear();
        append_value_text(value_, rows.values[i], row);
        append_field(text, value_);
    }
    text += line_end;
}

}  // namespace laminar
