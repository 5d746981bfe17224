#pragma once

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/http/messages/answer.h"

namespace laminar::http {

/// Rows that a client has sent as JSON.
struct SentRows {
    std::vector<std::string_view> texts;  ///< Of each the object: parts of the body.
    std::set<std::string> names;          ///< Of the fields that some of them have.
};

/// Finds the rows in an object, an array of objects, or objects one after the other (NDJSON).
[[nodiscard]] std::variant<SentRows, Error> read_rows(std::string_view body);

}  // namespace laminar::http
