#include "catalog/options/message_condition.h"

#include <fmt/format.h>

#include "parser/text/ascii.h"

namespace laminar {
namespace {

std::string value_text(const ConditionValue& value) {
    switch (value.kind) {
        case ConditionValue::Kind::text:
            return quoted_sql(value.text);
        case ConditionValue::Kind::text_start:
            return fmt::format("STARTS_WITH({})", quoted_sql(value.text));
        case ConditionValue::Kind::null:
            return "NULL";
        case ConditionValue::Kind::number:
        case ConditionValue::Kind::boolean:
            break;
    }
    return value.text;
}

std::string values_text(const std::vector<ConditionValue>& values) {
    if (values.empty()) return "EXISTS";
    if (values.size() == 1) return value_text(values.front());
    std::vector<std::string> texts;
    for (const ConditionValue& value : values) texts.push_back(value_text(value));
    return fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace

std::optional<std::string> bytes_with_escapes(std::string_view text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            bytes += text[at];
            continue;
        }
        const bool is_byte = at + 3 < text.size() && text[at + 1] == 'x' && hexadecimal_digit(text[at + 2]) >= 0 &&
                             hexadecimal_digit(text[at + 3]) >= 0;
        if (!is_byte) return std::nullopt;
        bytes += static_cast<char>(hexadecimal_digit(text[at + 2]) << 4 | hexadecimal_digit(text[at + 3]));
        at += 3;
    }
    return bytes;
}

std::string quoted_sql(std::string_view text) {
    std::string result = "'";
    for (const char character : text) {
        if (character == '\'') result += '\'';
        result += character;
    }
    return result + '\'';
}

std::string to_sql(const MessageConditions& conditions) {
    std::vector<std::string> entries;
    for (const MessageCondition& condition : conditions)
        entries.push_back(fmt::format("{}: {}", quoted_sql(condition.place), values_text(condition.values)));
    return fmt::format("MAP {{{}}}", fmt::join(entries, ", "));
}

}  // namespace laminar
