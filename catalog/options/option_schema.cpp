#include "catalog/options/option_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "parser/text/ascii.h"
#include "parser/text/interval_text.h"

namespace laminar {
namespace {

std::string decimal_text(double value) {
    std::string text = fmt::format("{}", value);
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string list_text(const TextList& texts, bool of_codes) {
    std::string result = "[";
    for (const std::string& text : texts) {
        if (result.size() > 1) result += ", ";
        const bool is_number = of_codes && text.find_first_not_of("0123456789") == std::string::npos;
        result += is_number ? text : quoted_sql(text);
    }
    return result + "]";
}

std::string map_text(const TextMap& entries) {
    std::string result = "MAP {";
    for (const auto& [key, value] : entries) {
        if (result.size() > 5) result += ", ";
        result += fmt::format("{}: {}", quoted_sql(key), quoted_sql(value));
    }
    return result + "}";
}

std::string list_text(const ComputedList& texts) {
    std::vector<std::string> parts;
    for (const ComputedText& text : texts) parts.push_back(text.to_sql());
    return fmt::format("[{}]", fmt::join(parts, ", "));
}

std::string map_text(const ComputedMap& entries) {
    std::vector<std::string> parts;
    for (const auto& [key, value] : entries) parts.push_back(fmt::format("{}: {}", quoted_sql(key), value.to_sql()));
    return fmt::format("MAP {{{}}}", fmt::join(parts, ", "));
}

bool is_nothing(const OptionData& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return text->empty();
    if (const auto* list = std::get_if<TextList>(&value)) return list->empty();
    if (const auto* map = std::get_if<TextMap>(&value)) return map->empty();
    if (const auto* conditions = std::get_if<MessageConditions>(&value)) return conditions->empty();
    if (const auto* computed = std::get_if<ComputedText>(&value)) return computed->text().empty();
    if (const auto* list = std::get_if<ComputedList>(&value)) return list->empty();
    if (const auto* map = std::get_if<ComputedMap>(&value)) return map->empty();
    if (const auto* rules = std::get_if<MessageRules>(&value)) return rules->empty();
    return std::holds_alternative<std::monostate>(value);
}

}  // namespace

bool OptionDeclaration::is_named(std::string_view text) const noexcept {
    if (equals_ignoring_case(name, text)) return true;
    return std::any_of(facts.aliases.begin(), facts.aliases.end(),
                       [text](std::string_view alias) { return equals_ignoring_case(alias, text); });
}

const OptionDeclaration* OptionSchema::find(std::string_view name) const noexcept {
    const auto found = std::find_if(options_.begin(), options_.end(),
                                    [name](const OptionDeclaration& option) { return option.is_named(name); });
    return found == options_.end() ? nullptr : &*found;
}

std::optional<OptionData> OptionSchema::value_of(const OptionSet& set, std::string_view name) const {
    const OptionDeclaration* option = find(name);
    if (option == nullptr) return std::nullopt;
    return option->field.read(set);
}

bool OptionSchema::holds(const OptionCondition& condition, const OptionSet& set) const {
    const OptionDeclaration* option = find(condition.option);
    if (option == nullptr) return false;
    const OptionData value = option->field.read(set);
    std::string text;
    if (const auto* words = std::get_if<std::string>(&value))
        text = *words;
    else
        text = option_data_to_sql(*option, value);
    return std::find(condition.values.begin(), condition.values.end(), text) != condition.values.end();
}

void OptionSchema::append(OptionDeclaration declaration) {
    const OptionData initial = declaration.field.read(*make_());
    if (!declaration.facts.required && !is_nothing(initial))
        declaration.default_text = option_data_to_sql(declaration, initial);
    const bool has_texts = declaration.type == OptionType::text || declaration.type == OptionType::text_list ||
                           declaration.type == OptionType::text_map || declaration.type == OptionType::rules;
    if (has_texts && secrets_ == SecretsInTexts::are_replaced) {
        std::vector<std::string_view>& placeholders = declaration.facts.placeholders;
        placeholders.insert(placeholders.begin(), "secret");
    }
    options_.push_back(std::move(declaration));
}

std::string_view option_type_name(OptionType type) noexcept {
    switch (type) {
        case OptionType::text:
        case OptionType::choice:
            return "string";
        case OptionType::text_list:
            return "string or list of strings";
        case OptionType::text_map:
        case OptionType::conditions:
            return "map";
        case OptionType::rules:
            return "list of maps";
        case OptionType::integer:
            return "integer";
        case OptionType::decimal:
            return "number";
        case OptionType::boolean:
            return "boolean";
        case OptionType::duration:
            return "interval";
    }
    return "value";
}

std::string option_data_to_sql(const OptionDeclaration& option, const OptionData& value) {
    struct Writer {
        const OptionDeclaration& option;
        std::string operator()(std::monostate) const { return "NULL"; }
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(std::int64_t number) const {
            if (option.type == OptionType::duration && option.facts.unit.empty())
                return fmt::format("INTERVAL '{}'",
                                   interval_text(std::chrono::microseconds(number * option.unit_microseconds)));
            return std::to_string(number);
        }
        std::string operator()(double number) const { return decimal_text(number); }
        std::string operator()(const std::string& text) const { return quoted_sql(text); }
        std::string operator()(const TextList& texts) const {
            return list_text(texts, is_about_codes(option.facts.rule));
        }
        std::string operator()(const TextMap& entries) const { return map_text(entries); }
        std::string operator()(const MessageConditions& conditions) const { return to_sql(conditions); }
        std::string operator()(const ComputedText& text) const { return text.to_sql(); }
        std::string operator()(const ComputedList& texts) const { return list_text(texts); }
        std::string operator()(const ComputedMap& entries) const { return map_text(entries); }
        std::string operator()(const MessageRules& rules) const {
            return to_sql(rules, awaited_part(option.facts.rules));
        }
    };
    return std::visit(Writer{option}, value);
}

std::string list_placeholders(const std::vector<std::string_view>& placeholders) {
    std::string text;
    for (std::size_t index = 0; index < placeholders.size(); ++index) {
        if (index > 0) text += index + 1 == placeholders.size() ? " and " : ", ";
        text += placeholders[index] == "secret" ? "${secret:name}" : fmt::format("${{{}}}", placeholders[index]);
    }
    return text;
}

std::string describe_condition(const OptionSchema& schema, const OptionCondition& condition) {
    const OptionDeclaration* option = schema.find(condition.option);
    const bool words = option != nullptr && (option->type == OptionType::choice || option->type == OptionType::text);
    std::string result = fmt::format("{} = ", condition.option);
    for (std::size_t i = 0; i < condition.values.size(); ++i) {
        if (i > 0) result += i + 1 == condition.values.size() ? " or " : ", ";
        result += words ? quoted_sql(condition.values[i]) : std::string(condition.values[i]);
    }
    return result;
}

}  // namespace laminar
