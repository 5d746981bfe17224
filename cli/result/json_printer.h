#pragma once

#include "cli/result/row_printer.h"

namespace laminar {

class JsonPrinter : public RowPrinter {
public:
    using RowPrinter::RowPrinter;

protected:
    void append_header(std::string& text, std::string_view stream, const std::vector<OutputColumn>& columns,
                       bool begins) override;
    void append_row(std::string& text, std::string_view stream, const ResultTable& rows, std::size_t row) override;

private:
    std::vector<std::string> keys_;  ///< "name": of every column of the batch at hand.
};

}  // namespace laminar
