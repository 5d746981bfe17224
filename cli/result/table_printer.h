#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/result/result_printer.h"

namespace laminar {

/// A table under way: its columns, and how wide they are.
class TextTable {
public:
    /// Empty for none: the first column holds the stream's name.
    TextTable(std::string_view stream, const std::vector<OutputColumn>& columns, const ResultPrinterOptions& options);

    /// Appends what can be written now; rows wait until the widths are fixed.
    void add_rows(std::string& text, const ResultTable& rows);
    /// Fixes the widths by the rows seen so far; appends the header and the rows that waited. Does nothing later.
    void fix_widths(std::string& text);
    [[nodiscard]] std::size_t row_count() const noexcept { return row_count_; }
    [[nodiscard]] const std::string& stream() const noexcept { return stream_; }
    /// Whether rows of these columns can go on in this table.
    [[nodiscard]] bool has_columns(const std::vector<OutputColumn>& columns) const;

private:
    /// Cells, escaped for the terminal.
    using Line = std::vector<std::string>;

    [[nodiscard]] Line make_line(const ResultTable& rows, std::size_t row);
    /// A lone text of several lines, such as SHOW CREATE gives, is shown as it is.
    [[nodiscard]] bool is_text_of_lines(const ResultTable& rows, std::size_t row) const;
    void add_line(std::string& text, Line line);
    /// Later rows of a stream may be wider: rather out of line than cut, as long as there is room.
    void widen_for(const Line& line);
    void append_line(std::string& text, const Line& line, bool header) const;
    void limit_widths();

    const bool box_characters_;
    const std::size_t max_width_;
    std::string stream_;
    std::vector<std::string> names_;
    std::vector<std::string> types_;  ///< Empty when they are not shown.
    std::vector<bool> align_right_;
    std::vector<std::size_t> widths_;
    std::vector<Line> waiting_;
    bool widths_fixed_ = false;
    std::size_t row_count_ = 0;
    std::string value_;
};

class TablePrinter : public SessionOutput {
public:
    TablePrinter(const ResultPrinterOptions& options, TextOutput& output) : options_(options), output_(output) {}

    void begin_result(const std::vector<OutputColumn>& columns) override;
    void rows(const ResultTable& rows) override;
    void end_result() override;
    void stream_rows(std::string_view stream, const ResultTable& rows) override;
    void done(std::string_view tag) override;

private:
    void write(TextTable& table, const ResultTable& rows, bool all);

    const ResultPrinterOptions options_;
    TextOutput& output_;
    // Two, because rows of streams may come between those of a result.
    std::unique_ptr<TextTable> result_;
    std::unique_ptr<TextTable> stream_table_;
};

}  // namespace laminar
