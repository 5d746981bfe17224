#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/result/result_printer.h"

namespace laminar {

/// Base of the printers that write rows one by one, without looking ahead. stream is empty for the rows of a statement.
class RowPrinter : public SessionOutput {
public:
    RowPrinter(const ResultPrinterOptions& options, TextOutput& output) : options_(options), output_(output) {}

    void begin_result(const std::vector<OutputColumn>& columns) override {
        text_.clear();
        append_header(text_, {}, columns, true);
        output_.write(text_);
    }
    void rows(const ResultTable& rows) override { write_rows({}, rows); }
    void end_result() override {}
    void stream_rows(std::string_view stream, const ResultTable& rows) override { write_rows(stream, rows); }
    void done(std::string_view tag) override {
        if (options_.show_tags) output_.write(std::string(tag) + "\n");
    }

protected:
    /// Called when a result begins and before every batch: rows of streams may come between those of a result.
    virtual void append_header(std::string& text, std::string_view stream, const std::vector<OutputColumn>& columns,
                               bool begins) = 0;
    virtual void append_row(std::string& text, std::string_view stream, const ResultTable& rows, std::size_t row) = 0;

private:
    void write_rows(std::string_view stream, const ResultTable& rows) {
        if (output_.is_closed()) return;
        text_.clear();
        append_header(text_, stream, rows.columns, false);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            append_row(text_, stream, rows, row);
            // Wide rows must not pile up a whole batch of text.
            if (text_.size() > (1u << 20)) {
                output_.write(text_);
                text_.clear();
            }
        }
        output_.write(text_);
    }

    const ResultPrinterOptions options_;
    TextOutput& output_;
    std::string text_;  ///< Reused from batch to batch.
};

}  // namespace laminar
