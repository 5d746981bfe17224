#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/postgres/messages/error_message.h"

namespace laminar::postgres {

/// DECLARE name CURSOR [WITH HOLD] FOR query, or FETCH [count] FROM name.
struct CursorStatement {
    bool declares = false;
    std::string name;  ///< In lower case, unless it was quoted.
    // Of DECLARE.
    bool holds = false;           ///< It outlives its transaction.
    std::string query;            ///< What comes after FOR.
    std::size_t query_begin = 0;  ///< Its first byte, in the statement.
    // Of FETCH.
    std::optional<std::uint64_t> count = 1;  ///< Nothing: all.
};

/// Nothing: the statement is neither. error: it is one that cannot be, such as one that goes backward.
[[nodiscard]] std::optional<CursorStatement> parse_cursor(std::string_view statement,
                                                          std::optional<ErrorMessage>& error);

}  // namespace laminar::postgres
