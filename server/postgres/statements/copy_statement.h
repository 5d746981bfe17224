#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/postgres/messages/error_message.h"

namespace laminar::postgres {

/// How the rows of COPY are written.
struct CopyFormat {
    bool is_csv = false;
    bool has_header = false;
    char delimiter = '\t';     ///< Of csv: ','.
    char quote = '"';          ///< Of csv alone.
    std::string null = "\\N";  ///< Of csv: nothing, without quotes.
};

/// COPY (query) TO STDOUT, COPY table [(columns)] TO STDOUT or FROM STDIN, with options.
struct CopyStatement {
    bool is_from = false;
    std::string query;                 ///< To be copied out; of a table, one that reads it.
    std::size_t query_begin = 0;       ///< Where it begins in the statement's text; 0 for a table.
    std::string table;                 ///< To be copied into, as the next.
    std::vector<std::string> columns;  ///< None: all of them.
    CopyFormat format;
};

/// Nothing: it is no COPY. error: it is one that cannot be.
[[nodiscard]] std::optional<CopyStatement> parse_copy(std::string_view statement, std::optional<ErrorMessage>& error);

}  // namespace laminar::postgres
