#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// Looking up single values in JSON messages whose columns nobody asked for: positions, confirmations, heartbeats.

/// Whether the text is one JSON value, or several on lines of their own. Nesting costs no stack.
[[nodiscard]] bool is_json(std::string_view text);

/// The value at a path (steps as parse_json_path gives them) in a valid JSON value; nothing when there is none. Names
/// are case-sensitive; of duplicates the last counts, as in rows.
[[nodiscard]] std::optional<std::string_view> find_json_value(std::string_view json,
                                                              const std::vector<std::string>& steps);

/// What a valid JSON value says: the characters of a string, the text of anything else.
[[nodiscard]] std::string json_value_text(std::string_view value);

/// Whether a valid JSON value has everything that another valid one has: objects at least its members, arrays its
/// elements and no others, strings the same characters, other scalars the same text. Recurses as deep as pattern does.
[[nodiscard]] bool json_contains(std::string_view value, std::string_view pattern);

}  // namespace laminar
