#include "cli/result/table_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "catalog/objects/column_name.h"
#include "cli/result/value_text.h"
#include "cli/terminal/cell_text.h"
#include "connectors/codec/values/scalar_text.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

/// Rows looked at before the widths of a table are fixed.
constexpr std::size_t rows_to_wait_for = 1000;
/// Columns are not cut below this, whatever the terminal's width.
constexpr std::size_t narrowest_column = 8;

}  // namespace

TextTable::TextTable(std::string_view stream, const std::vector<OutputColumn>& columns,
                     const ResultPrinterOptions& options)
    : box_characters_(options.box_characters), max_width_(options.max_width), stream_(stream) {
    if (!stream.empty()) {
        names_.emplace_back("_stream");
        align_right_.push_back(false);
        if (options.show_types) types_.emplace_back();
    }
    for (const OutputColumn& column : columns) {
        names_.push_back(escape_controls(shown_column_name(column.name)));
        align_right_.push_back(is_numeric(column.type));
        if (options.show_types) types_.push_back(escape_controls(fold_case(to_sql(column.type))));
    }
}

bool TextTable::has_columns(const std::vector<OutputColumn>& columns) const {
    const std::size_t skip = stream_.empty() ? 0 : 1;
    return std::equal(names_.begin() + static_cast<std::ptrdiff_t>(skip), names_.end(), columns.begin(), columns.end(),
                      [](const std::string& name, const OutputColumn& column) {
                          return name == escape_controls(shown_column_name(column.name));
                      });
}

TextTable::Line TextTable::make_line(const ResultTable& rows, std::size_t row) {
    Line line;
    line.reserve(names_.size());
    if (!stream_.empty()) line.push_back(escape_controls(stream_));
    for (const ColumnVector& column : rows.values) {
        if (column.is_valid(row)) {
            value_.clear();
            append_value_text(value_, column, row);
            line.push_back(escape_controls(value_));
        } else {
            line.emplace_back("NULL");
        }
    }
    line.resize(names_.size());
    return line;
}

void TextTable::add_rows(std::string& text, const ResultTable& rows) {
    for (std::size_t row = 0; row < rows.rows; ++row) {
        ++row_count_;
        if (is_text_of_lines(rows, row)) {
            const std::string_view value = rows.values.front().string_at(row);
            for (std::size_t begin = 0; begin <= value.size();) {
                const std::size_t end = std::min(value.find('\n', begin), value.size());
                add_line(text, {escape_controls(value.substr(begin, end - begin))});
                begin = end + 1;
            }
        } else {
            add_line(text, make_line(rows, row));
        }
    }
}

bool TextTable::is_text_of_lines(const ResultTable& rows, std::size_t row) const {
    if (names_.size() != 1 || !stream_.empty()) return false;
    const ColumnVector& column = rows.values.front();
    return column.type().id == TypeId::varchar && column.is_valid(row) &&
           column.string_at(row).find('\n') != std::string_view::npos;
}

void TextTable::add_line(std::string& text, Line line) {
    if (widths_fixed_) {
        widen_for(line);
        append_line(text, line, false);
    } else {
        waiting_.push_back(std::move(line));
        if (waiting_.size() >= rows_to_wait_for) fix_widths(text);
    }
}

void TextTable::widen_for(const Line& line) {
    if (max_width_ == 0) return;
    const std::size_t used = std::accumulate(widths_.begin(), widths_.end(), 3 * widths_.size() - 1);
    std::size_t room = max_width_ > used ? max_width_ - used : 0;
    for (std::size_t i = 0; i < widths_.size(); ++i) {
        const std::size_t width = text_width(line[i]);
        const std::size_t more = std::min(room, width > widths_[i] ? width - widths_[i] : 0);
        widths_[i] += more;
        room -= more;
    }
}

void TextTable::fix_widths(std::string& text) {
    if (widths_fixed_) return;
    widths_fixed_ = true;
    widths_.assign(names_.size(), 0);
    const auto widen = [this](const Line& line) {
        for (std::size_t i = 0; i < widths_.size(); ++i) widths_[i] = std::max(widths_[i], text_width(line[i]));
    };
    widen(names_);
    if (!types_.empty()) widen(types_);
    for (const Line& line : waiting_) widen(line);
    limit_widths();

    append_line(text, names_, true);
    if (!types_.empty()) append_line(text, types_, true);
    for (std::size_t i = 0; i < widths_.size(); ++i) {
        if (i > 0) text += box_characters_ ? "\u253C" : "+";
        for (std::size_t k = 0; k < widths_[i] + 2; ++k) text += box_characters_ ? "\u2500" : "-";
    }
    text += '\n';
    for (const Line& line : waiting_) append_line(text, line, false);
    waiting_.clear();
}

void TextTable::limit_widths() {
    if (max_width_ == 0 || widths_.empty()) return;
    for (std::size_t& width : widths_) width = std::min(width, max_width_);
    const std::size_t borders = 3 * widths_.size() - 1;
    std::size_t total = std::accumulate(widths_.begin(), widths_.end(), borders);
    // The widest columns give way first, by and by, as long as they still show something.
    while (total > max_width_) {
        const auto widest = std::max_element(widths_.begin(), widths_.end());
        if (*widest <= narrowest_column) return;
        --*widest;
        --total;
    }
}

void TextTable::append_line(std::string& text, const Line& line, bool header) const {
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (i > 0) text += box_characters_ ? "\u2502" : "|";
        // A lone column has nobody beside it to make room for: the terminal wraps it.
        const bool cut = max_width_ > 0 && line.size() > 1;
        const std::string cell = cut ? cut_to_width(line[i], widths_[i], !box_characters_) : line[i];
        const std::size_t width = text_width(cell);
        const std::size_t padding = widths_[i] > width ? widths_[i] - width : 0;
        const bool right = align_right_[i] && !header;
        text += ' ';
        if (right) text.append(padding, ' ');
        text += cell;
        if (i + 1 == line.size()) break;  // No blanks at the end of a line.
        if (!right) text.append(padding, ' ');
        text += ' ';
    }
    text += '\n';
}

void TablePrinter::write(TextTable& table, const ResultTable& rows, bool all) {
    if (output_.is_closed()) return;
    std::string text;
    table.add_rows(text, rows);
    if (all) table.fix_widths(text);
    output_.write(text);
}

void TablePrinter::begin_result(const std::vector<OutputColumn>& columns) {
    result_ = std::make_unique<TextTable>(std::string_view(), columns, options_);
    stream_table_.reset();
}

void TablePrinter::rows(const ResultTable& rows) {
    if (result_) write(*result_, rows, false);
}

void TablePrinter::end_result() {
    if (!result_) return;
    std::string text;
    result_->fix_widths(text);
    text += fmt::format("({} row{})\n\n", result_->row_count(), result_->row_count() == 1 ? "" : "s");
    output_.write(text);
    result_.reset();
    stream_table_.reset();
}

void TablePrinter::stream_rows(std::string_view stream, const ResultTable& rows) {
    if (!stream_table_ || stream_table_->stream() != stream || !stream_table_->has_columns(rows.columns)) {
        if (stream_table_) output_.write("\n");
        stream_table_ = std::make_unique<TextTable>(stream, rows.columns, options_);
    }
    write(*stream_table_, rows, true);
}

void TablePrinter::done(std::string_view tag) {
    if (options_.show_tags) output_.write(std::string(tag) + "\n");
}

}  // namespace laminar
