#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// The steps of a path into a JSON document: '$.a.b', 'a.b', '$.items[0].id', '$."odd name"', '$['odd name']'. Array
/// elements are steps of digits. nullopt when it is not such a path, or has no step, wildcards or filters included.
[[nodiscard]] std::optional<std::vector<std::string>> parse_json_path(std::string_view text);
/// The same, where '$' alone is a path, too: that of the whole, without steps.
[[nodiscard]] std::optional<std::vector<std::string>> parse_json_place(std::string_view text);

/// Where in a message its rows are.
struct RowsPath {
    std::string text;                               ///< As written: $.data[*].
    std::vector<std::optional<std::string>> steps;  ///< As those of a path; without a name: each element ([*]).
};
/// '$' (the message itself), '$.data[*]', '$[1]', '$.books[*].levels[*]'. nullopt when it is no such path.
[[nodiscard]] std::optional<RowsPath> parse_rows_path(std::string_view text);

}  // namespace laminar
