#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar::flink {

// Patterns and paths that DuckDB and Flink read alike, in Flink's spelling; nullopt for others.

/// A regular expression of RE2, for java.util.regex. What the two read otherwise is written out (., $, \s) or refused:
/// words, backward and forward looks, classes within classes, possessive quantifiers, flags.
[[nodiscard]] std::optional<std::string> java_pattern(std::string_view pattern);
/// What a match is replaced by: text alone, without references to groups.
[[nodiscard]] bool is_plain_replacement(std::string_view text);
/// A format of strftime as one of Java's DateTimeFormatter.
[[nodiscard]] std::optional<std::string> java_date_format(std::string_view format);

/// A step into a JSON document: the name of a member, or the place of an element.
struct JsonStep {
    std::string name;
    bool is_index = false;
};
/// The steps of a path of DuckDB's: '$.a."b c"[0]', or the name of a member without $.
[[nodiscard]] std::optional<std::vector<JsonStep>> json_steps(std::string_view path);
/// $['a'][0], which stands for one value at most.
[[nodiscard]] std::string json_path(const std::vector<JsonStep>& steps);

}  // namespace laminar::flink
