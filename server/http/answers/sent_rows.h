#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "server/http/messages/answer.h"

namespace laminar::http {

/// Rows that a client has sent as JSON.
struct SentRows {
    std::string json;  ///< An array of objects with the same fields: null where one had none.
    std::size_t count = 0;
    std::set<std::string> names;  ///< Of the fields that some of them have.
};

/// Reads an object, an array of objects, or objects one after the other (NDJSON).
[[nodiscard]] std::variant<SentRows, Error> read_rows(std::string_view body);

}  // namespace laminar::http
