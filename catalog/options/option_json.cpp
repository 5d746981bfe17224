#include "catalog/options/option_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar {
namespace {

void append_string(std::string& json, std::string_view text) {
    json += '"';
    for (const char character : text) {
        switch (character) {
            case '"':
                json += "\\\"";
                break;
            case '\\':
                json += "\\\\";
                break;
            case '\n':
                json += "\\n";
                break;
            case '\r':
                json += "\\r";
                break;
            case '\t':
                json += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(character) < 0x20)
                    json += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(character)));
                else
                    json += character;
        }
    }
    json += '"';
}

void append_value(std::string& json, const ast::OptionValue& value);

struct JsonAppender {
    std::string& json;

    void operator()(const ast::OptionValue::Null&) const { json += "null"; }
    void operator()(const ast::OptionValue::Boolean& boolean) const { json += boolean.value ? "true" : "false"; }
    void operator()(const ast::OptionValue::Number& number) const { json += json_number_text(number.text); }
    void operator()(const ast::OptionValue::String& string) const { append_string(json, string.text); }
    void operator()(const ast::OptionValue::Name& name) const { append_string(json, name.text); }
    // Conditions are no values: see find_condition.
    void operator()(const ast::OptionValue::TextStart&) const { json += "null"; }
    void operator()(const ast::OptionValue::Exists&) const { json += "null"; }
    void operator()(const ast::OptionValue::Computed&) const { json += "null"; }  // Nor is this one yet.
    void operator()(const ast::OptionValue::Interval& interval) const {
        append_string(json, interval.unit.empty() ? interval.text : interval.text + " " + interval.unit);
    }
    void operator()(const ast::OptionValue::List& list) const {
        json += '[';
        for (std::size_t i = 0; i < list.elements.size(); ++i) {
            if (i > 0) json += ',';
            append_value(json, list.elements[i]);
        }
        json += ']';
    }
    void operator()(const ast::OptionValue::Object& object) const {
        json += '{';
        for (std::size_t i = 0; i < object.entries.size(); ++i) {
            if (i > 0) json += ',';
            const auto& [key, value] = object.entries[i];
            if (const auto* text = std::get_if<ast::OptionValue::String>(&key.node))
                append_string(json, text->text);
            else
                append_string(json, option_value_to_json(key));
            json += ':';
            append_value(json, value);
        }
        json += '}';
    }
};

void append_value(std::string& json, const ast::OptionValue& value) { std::visit(JsonAppender{json}, value.node); }

}  // namespace

std::string json_number_text(std::string_view text) {
    std::string result;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        if (text.front() == '-') result += '-';
        text.remove_prefix(1);
    }
    while (text.size() > 1 && text[0] == '0' && is_digit(text[1])) text.remove_prefix(1);
    if (text.empty() || text.front() == '.') result += '0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '_') continue;
        const bool bare_point = text[i] == '.' && (i + 1 == text.size() || text[i + 1] < '0' || text[i + 1] > '9');
        if (!bare_point) result += text[i];
    }
    return result;
}

std::string option_value_to_json(const ast::OptionValue& value) {
    std::string json;
    append_value(json, value);
    return json;
}

std::string describe_option_value(const ast::OptionValue& value) {
    struct Describer {
        std::string operator()(const ast::OptionValue::Null&) const { return "NULL"; }
        std::string operator()(const ast::OptionValue::Boolean&) const { return "a boolean"; }
        std::string operator()(const ast::OptionValue::Number& number) const {
            return number.text.find_first_of(".eE") == std::string::npos ? "an integer" : "a decimal number";
        }
        std::string operator()(const ast::OptionValue::String&) const { return "a string"; }
        std::string operator()(const ast::OptionValue::Name& name) const {
            return fmt::format("the word {}", name.text);
        }
        std::string operator()(const ast::OptionValue::Interval&) const { return "an interval"; }
        std::string operator()(const ast::OptionValue::TextStart&) const { return "STARTS_WITH(...)"; }
        std::string operator()(const ast::OptionValue::Exists&) const { return "EXISTS"; }
        std::string operator()(const ast::OptionValue::Computed&) const { return "an expression"; }
        std::string operator()(const ast::OptionValue::List& list) const {
            return list.elements.empty() ? "an empty list" : "a list";
        }
        std::string operator()(const ast::OptionValue::Object& object) const {
            return object.json ? "a JSON object" : "a map";
        }
    };
    return std::visit(Describer{}, value.node);
}

bool has_expression(const ast::OptionValue& value) {
    if (const auto* list = std::get_if<ast::OptionValue::List>(&value.node))
        return std::any_of(list->elements.begin(), list->elements.end(), has_expression);
    if (const auto* object = std::get_if<ast::OptionValue::Object>(&value.node)) {
        return std::any_of(object->entries.begin(), object->entries.end(), [](const ast::OptionValue::Entry& entry) {
            return has_expression(entry.key) || has_expression(entry.value);
        });
    }
    return std::holds_alternative<ast::OptionValue::Computed>(value.node);
}

const ast::OptionValue* find_condition(const ast::OptionValue& value) {
    if (std::holds_alternative<ast::OptionValue::TextStart>(value.node) ||
        std::holds_alternative<ast::OptionValue::Exists>(value.node))
        return &value;
    const ast::OptionValue* found = nullptr;
    if (const auto* list = std::get_if<ast::OptionValue::List>(&value.node)) {
        for (const ast::OptionValue& element : list->elements) found = found ? found : find_condition(element);
    }
    if (const auto* object = std::get_if<ast::OptionValue::Object>(&value.node)) {
        for (const auto& [key, entry] : object->entries) {
            found = found ? found : find_condition(key);
            found = found ? found : find_condition(entry);
        }
    }
    return found;
}

}  // namespace laminar
