#include "catalog/validation/option_text_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "catalog/expressions/placeholder_check.h"
#include "catalog/options/option_json.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

using Value = ast::OptionValue;

std::string_view article(std::string_view word) {
    return std::string_view("aeiou").find(word.front()) == std::string_view::npos ? "a" : "an";
}

}  // namespace

const std::string* text_of(const Value& value) {
    if (const auto* string = std::get_if<Value::String>(&value.node)) return &string->text;
    if (const auto* name = std::get_if<Value::Name>(&value.node)) return &name->text;
    return nullptr;
}

void report_wrong_type(const OptionDeclaration& option, const Value& value, std::string_view wanted, std::string hint,
                       Diagnostics& diagnostics) {
    if (hint.empty() && !option.facts.example.empty())
        hint = fmt::format("for example: {} = {}", option.name, option.facts.example);
    diagnostics.error(DiagnosticCode::option_type_mismatch, value.span,
                      fmt::format("option \"{}\" must be {} {}, not {}", option.name, article(wanted), wanted,
                                  describe_option_value(value)),
                      std::move(hint));
}

void OptionTextReader::report(const TextRuleViolation& violation, const Value& value, std::size_t text_size) {
    diagnostics_.error(violation.code, span_within(value.span, text_size, violation.offset, violation.length),
                       fmt::format("option \"{}\" {}", option_.name, violation.message), violation.hint);
}

bool OptionTextReader::check_placeholders_in(const Value& value, std::string_view text) {
    return check_secret_references(value.span, text, diagnostics_) &&
           check_placeholders(option_, value.span, text, option_.facts.placeholders, false, diagnostics_);
}

/// {{ NAME }} is how other systems write a secret.
void OptionTextReader::warn_of_templates(const Value& value, std::string_view text) {
    const auto is_part = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.'; };
    for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
        const std::size_t close = text.find("}}", at);
        if (close == std::string_view::npos) return;
        std::string_view name = text.substr(at + 2, close - at - 2);
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
        if (name.empty() || !std::all_of(name.begin(), name.end(), is_part)) continue;
        diagnostics_.warning(
            DiagnosticCode::invalid_secret_reference, span_within(value.span, text.size(), at, close + 2 - at),
            fmt::format("\"{}\" stands for nothing: it is taken as it is written", text.substr(at, close + 2 - at)),
            fmt::format("a secret is written ${{secret:{}}}", fold_case(name)));
    }
}

bool OptionTextReader::check(const Value& value, const std::string& text) {
    if (text.find('\0') != std::string::npos) {
        diagnostics_.error(DiagnosticCode::option_not_allowed_value, value.span,
                           fmt::format("option \"{}\" must not contain a NUL character", option_.name));
        return false;
    }
    if (!check_placeholders_in(value, text)) return false;
    warn_of_templates(value, text);
    const auto violation = check_text(option_.facts.rule, text);
    if (violation) report(*violation, value, text.size());
    return !violation;
}

std::optional<ComputedText> OptionTextReader::read(const Value& value, ExpressionPlace place) {
    if (const std::string* text = text_of(value)) return check(value, *text) ? std::optional(*text) : std::nullopt;
    if (option_.is_computed && has_expression(value)) return read_expression(value, place);
    const bool is_json =
        std::holds_alternative<Value::Object>(value.node) || std::holds_alternative<Value::List>(value.node);
    if (option_.facts.takes_json && is_json && !has_expression(value)) {
        if (const Value* condition = find_condition(value)) {
            diagnostics_.error(DiagnosticCode::option_type_mismatch, condition->span,
                               fmt::format("option \"{}\" takes constants, and {} is a condition", option_.name,
                                           describe_option_value(*condition)),
                               "tables have conditions, in their option accept");
            return std::nullopt;
        }
        std::string json = option_value_to_json(value);
        return check(value, json) ? std::optional<ComputedText>(std::move(json)) : std::nullopt;
    }
    const bool wants_codes = is_about_codes(option_.facts.rule);
    if (const auto* number = std::get_if<Value::Number>(&value.node); number != nullptr && wants_codes)
        return check(value, number->text) ? std::optional<ComputedText>(number->text) : std::nullopt;
    const std::string_view wanted = option_.facts.takes_json ? "string or JSON_OBJECT"
                                    : wants_codes            ? "integer, range or list of them"
                                                             : "string";
    std::string hint;
    if (const auto* number = std::get_if<Value::Number>(&value.node))
        hint = fmt::format("write {} = '{}'", option_.name, number->text);
    report_wrong_type(option_, value, wanted, std::move(hint), diagnostics_);
    return std::nullopt;
}

/// What it begins with is checked now, as far as it is written out.
std::optional<ComputedText> OptionTextReader::read_expression(const Value& value, ExpressionPlace place) {
    std::optional<ComputedText> text = bind_computed_text(option_, value, place, diagnostics_);
    if (!text || option_.facts.rule != TextRule::websocket_url) return text;
    const std::string beginning(text->beginning());
    const std::size_t authority = beginning.find("://");
    const bool has_host = authority != std::string::npos && authority + 3 < beginning.size();
    const auto violation = has_host ? check_text(option_.facts.rule, beginning) : std::nullopt;
    if (!violation) return text;
    report({violation->code, violation->message, violation->hint, 0, 0}, value, 0);
    return std::nullopt;
}

std::optional<ComputedText> OptionTextReader::read_entry(const Value& key, const std::string& key_text,
                                                         const Value& value) {
    const bool is_expression = option_.is_computed && has_expression(value);
    std::optional<ComputedText> text;
    if (is_expression)
        text = bind_computed_text(option_, value, {}, diagnostics_);
    else if (std::optional<std::string> constant = entry_text(key_text, value))
        text = std::move(*constant);
    if (!check_placeholders(option_, key.span, key_text, {}, true, diagnostics_)) return std::nullopt;
    if (text && !is_expression) warn_of_templates(value, text->text());
    if (!text || (!is_expression && !check_placeholders_in(value, text->text()))) return std::nullopt;
    const auto violation = check_entry(option_.facts.rule, key_text, is_expression ? "value" : text->text());
    if (!violation) return text;
    report(*violation, key, key_text.size());
    return std::nullopt;
}

std::optional<std::string> OptionTextReader::entry_text(std::string_view key, const Value& value) {
    if (const std::string* text = text_of(value)) return *text;
    if (const auto* number = std::get_if<Value::Number>(&value.node)) return number->text;
    if (const auto* boolean = std::get_if<Value::Boolean>(&value.node)) return boolean->value ? "true" : "false";
    diagnostics_.error(DiagnosticCode::option_type_mismatch, value.span,
                       fmt::format("option \"{}\": the value of \"{}\" must be a string, not {}", option_.name, key,
                                   describe_option_value(value)));
    return std::nullopt;
}

}  // namespace laminar
