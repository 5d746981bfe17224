#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/postgres/statements/copy_statement.h"

namespace laminar::postgres {

/// Writes a row, of which an absent value is NULL, as a line.
void append_copy_line(std::string& out, const CopyFormat& format,
                      const std::vector<std::optional<std::string>>& values);

/// Reads the lines of COPY FROM STDIN, one row at a time. The text must outlive it.
class CopyReader {
public:
    CopyReader(std::string_view text, const CopyFormat& format);

    using Row = std::vector<std::optional<std::string>>;
    /// Nothing: there are no more, or one is malformed.
    [[nodiscard]] std::optional<Row> next();
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    /// Of the row read last, from 1.
    [[nodiscard]] std::size_t line() const noexcept { return line_; }

private:
    std::optional<Row> next_csv();
    std::optional<Row> next_text();

    std::string_view rest_;
    const CopyFormat& format_;
    std::size_t line_ = 0;
    std::size_t lines_ahead_ = 0;  ///< Line feeds within the row read last.
    std::string problem_;
};

}  // namespace laminar::postgres
