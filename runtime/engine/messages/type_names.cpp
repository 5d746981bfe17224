#include "runtime/engine/messages/type_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace laminar {

namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

}  // namespace

std::string with_sql_types(std::string text) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> names{{
        {"STRING_LITERAL", "VARCHAR"},
        {"INTEGER_LITERAL", "INTEGER"},
        {"\"NULL\"", "NULL"},
        {"UINT128", "UHUGEINT"},
        {"UINT64", "UBIGINT"},
        {"UINT32", "UINTEGER"},
        {"UINT16", "USMALLINT"},
        {"UINT8", "UTINYINT"},
        {"INT128", "HUGEINT"},
        {"INT64", "BIGINT"},
        {"INT32", "INTEGER"},
        {"INT16", "SMALLINT"},
        {"INT8", "TINYINT"},
        {" type type ", " type "},
    }};
    for (const auto& [internal, sql] : names) replace_all(text, internal, sql);
    return text;
}

std::string with_sql_types_around_value(std::string_view message) {
    // "... when casting from source column v", and a message of more lines: from there on it may say anything.
    const std::size_t end = std::min({message.size(), message.find('\n'), message.rfind(" when casting from source ")});
    const std::string_view said = message.substr(0, end);
    const std::size_t first = said.find_first_of("'\"");
    std::string told;
    if (first == std::string_view::npos) {
        told = with_sql_types(std::string(said));
    } else {
        const std::size_t last = said.find_last_of("'\"");
        told = with_sql_types(std::string(said.substr(0, first)));
        told += said.substr(first, last + 1 - first);
        told += with_sql_types(std::string(said.substr(last + 1)));
    }
    told += message.substr(end);
    return told;
}

}  // namespace laminar
