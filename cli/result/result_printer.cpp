#include "cli/result/result_printer.h"

#include "cli/result/csv_printer.h"
#include "cli/result/json_printer.h"
#include "cli/result/line_printer.h"
#include "cli/result/table_printer.h"

namespace laminar {

std::optional<OutputFormat> parse_output_format(std::string_view name) noexcept {
    if (name == "table") return OutputFormat::table;
    if (name == "json") return OutputFormat::json;
    if (name == "csv") return OutputFormat::csv;
    if (name == "line") return OutputFormat::line;
    return std::nullopt;
}

std::unique_ptr<SessionOutput> make_result_printer(OutputFormat format, const ResultPrinterOptions& options,
                                                   TextOutput& output) {
    switch (format) {
        case OutputFormat::json:
            return std::make_unique<JsonPrinter>(options, output);
        case OutputFormat::csv:
            return std::make_unique<CsvPrinter>(options, output);
        case OutputFormat::line:
            return std::make_unique<LinePrinter>(options, output);
        case OutputFormat::table:
            break;
    }
    return std::make_unique<TablePrinter>(options, output);
}

}  // namespace laminar
