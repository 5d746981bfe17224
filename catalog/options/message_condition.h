#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// A value that a place in a message may have.
struct ConditionValue {
    enum class Kind : std::uint8_t {
        text,
        text_start,  ///< Written STARTS_WITH('...').
        number,
        boolean,
        null
    };

    Kind kind = Kind::text;
    std::string text;  ///< Of anything but texts as JSON writes it: 12, true, null.

    [[nodiscard]] bool operator==(const ConditionValue&) const = default;
};

/// One condition of a message, written 'place': value.
struct MessageCondition {
    std::string place;                   ///< A JSON path, which begins with $, or the name of a metadata column.
    std::vector<ConditionValue> values;  ///< Any of them; none is written EXISTS: whatever is there.

    [[nodiscard]] bool operator==(const MessageCondition&) const = default;
};

/// All of them must hold.
using MessageConditions = std::vector<MessageCondition>;

[[nodiscard]] inline bool is_path(std::string_view place) noexcept { return place.starts_with('$'); }

/// The bytes of a text in which \xNN stands for one, as in SQL's BLOB literals; nullopt where a backslash stands for
/// nothing.
[[nodiscard]] std::optional<std::string> bytes_with_escapes(std::string_view text);

/// A text as a literal of SQL.
[[nodiscard]] std::string quoted_sql(std::string_view text);
/// As SQL: MAP {'$.type': ['trade', 'quote']}.
[[nodiscard]] std::string to_sql(const MessageConditions& conditions);

}  // namespace laminar
