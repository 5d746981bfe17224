#include "catalog/options/message_condition.h"

#include <fmt/format.h>

namespace laminar {
namespace {

std::string quoted(std::string_view text) {
    std::string result = "'";
    for (const char character : text) {
        if (character == '\'') result += '\'';
        result += character;
    }
    return result + '\'';
}

std::string value_text(const ConditionValue& value) {
    switch (value.kind) {
        case ConditionValue::Kind::text:
            return quoted(value.text);
        case ConditionValue::Kind::text_start:
            return fmt::format("STARTS_WITH({})", quoted(value.text));
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

std::string to_sql(const MessageConditions& conditions) {
    std::vector<std::string> entries;
    for (const MessageCondition& condition : conditions)
        entries.push_back(fmt::format("{}: {}", quoted(condition.place), values_text(condition.values)));
    return fmt::format("MAP {{{}}}", fmt::join(entries, ", "));
}

}  // namespace laminar
