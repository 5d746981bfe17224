#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "cli/terminal/text_output.h"
#include "runtime/session/session.h"

namespace laminar {

enum class OutputFormat { table, json, csv, line };

[[nodiscard]] std::optional<OutputFormat> parse_output_format(std::string_view name) noexcept;

struct ResultPrinterOptions {
    bool box_characters = false;  ///< Tables with box-drawing characters instead of ASCII.
    std::size_t max_width = 0;    ///< Tables are cut to so many columns; 0: never cut.
    bool show_types = false;      ///< Tables have the columns' types under their names.
    bool show_tags = false;       ///< Print "CREATE TABLE" and the like for statements without rows.
};

/// Prints what a session shows.
///   table  aligned columns and a row count. Widths come from the first 1,000 rows of a result; later rows that are
///          wider push their line out. Rows of streams follow each other under one header.
///   json   one object per line. Timestamps are ISO 8601 UTC, structs and JSON columns are objects, bytes base64.
///   csv    RFC 4180 with a header line and line ends of CR LF; NULL is an empty field, an empty text is "".
///   line   one "name = value" line per column, an empty line after each row.
/// Rows of a stream have its name before them, in a column called _stream.
/// Memory: at most one batch, for tables 1,000 rows. Borrows output.
[[nodiscard]] std::unique_ptr<SessionOutput> make_result_printer(OutputFormat format,
                                                                 const ResultPrinterOptions& options,
                                                                 TextOutput& output);

}  // namespace laminar
