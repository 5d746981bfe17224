#include "catalog/expressions/literal_binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <variant>

#include "catalog/expressions/placeholder_check.h"
#include "catalog/options/option_json.h"
#include "catalog/options/secret_resolver.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

using Operation = ComputedOperation;
using Type = ComputedType;

ComputedExpression text_of(std::string text) { return {Operation::literal, Type::varchar, std::move(text), {}, {}}; }

/// An integer of 64 bits, or a number of which JSON's text is kept.
ComputedExpression number_of(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = failure == std::errc() && end == text.data() + text.size();
    return {Operation::literal, is_whole ? Type::bigint : Type::real, json_number_text(text), {}, {}};
}

/// Parts that are joined; a placeholder alone stays what it is.
ComputedExpression joined(std::vector<ComputedExpression> parts) {
    if (parts.empty()) return text_of({});
    ComputedExpression whole = std::move(parts.front());
    for (std::size_t index = 1; index < parts.size(); ++index) {
        ComputedExpression next{Operation::concat, Type::varchar, "CONCAT", {}, {}};
        next.operands.push_back(std::move(whole));
        next.operands.push_back(std::move(parts[index]));
        whole = std::move(next);
    }
    return whole;
}

/// In a URL what is put in the place of a placeholder is one part of it, whatever characters it has.
ComputedExpression for_url(ComputedExpression part) {
    ComputedExpression encoded{Operation::url_encode, Type::varchar, "URL_ENCODE", {}, {}};
    encoded.operands.push_back(std::move(part));
    return encoded;
}

/// A text whose ${...} have been checked.
ComputedExpression template_of(std::string_view text, const std::vector<std::string_view>& known, bool is_url) {
    const auto is_known = [&](std::string_view name) {
        return std::find(known.begin(), known.end(), name) != known.end();
    };
    std::vector<ComputedExpression> parts;
    std::size_t copied = 0;
    for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
        const std::size_t close = text.find('}', at);
        if (close == std::string_view::npos) break;
        const std::string_view name = text.substr(at + 2, close - at - 2);
        std::optional<ComputedExpression> part;
        if (name == "resume" && is_known("resume"))
            part = {Operation::resume, Type::json, "RESUME", {}, {}};
        else if (name == "message_id" && is_known("message_id"))
            part = {Operation::message_id, Type::varchar, std::string(name), {}, {}};
        else if (name.starts_with("secret:") && is_known("secret"))
            part = {Operation::secret, Type::varchar, std::string(name.substr(7)), {}, {}};
        if (!part) continue;
        if (at > copied) parts.push_back(text_of(std::string(text.substr(copied, at - copied))));
        parts.push_back(is_url ? for_url(std::move(*part)) : std::move(*part));
        copied = close + 1;
    }
    if (copied < text.size()) parts.push_back(text_of(std::string(text.substr(copied))));
    return joined(std::move(parts));
}

std::optional<ComputedExpression> bind_text(const OptionDeclaration& option, const std::string& text, SourceSpan span,
                                            Diagnostics& diagnostics) {
    const std::vector<std::string_view>& known = option.facts.placeholders;
    if (!check_secret_references(span, text, diagnostics)) return std::nullopt;
    if (!check_placeholders(option, span, text, known, false, diagnostics)) return std::nullopt;
    return template_of(text, known, option.facts.rule == TextRule::websocket_url);
}

/// Of the digits of X'0AFF', which are pairs.
std::string bytes_of(std::string_view digits) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
        bytes += static_cast<char>(hexadecimal_digit(digits[at]) << 4 | hexadecimal_digit(digits[at + 1]));
    return bytes;
}

}  // namespace

std::optional<ComputedExpression> bind_literal(const OptionDeclaration& option, const ast::Literal& literal,
                                               SourceSpan span, Diagnostics& diagnostics) {
    switch (literal.kind) {
        case ast::LiteralKind::null:
            return ComputedExpression{Operation::literal, Type::null, "NULL", {}, {}};
        case ast::LiteralKind::boolean:
            return ComputedExpression{Operation::literal, Type::boolean, literal.text, {}, {}};
        case ast::LiteralKind::integer:
        case ast::LiteralKind::decimal:
        case ast::LiteralKind::real:
            return number_of(literal.text);
        case ast::LiteralKind::string:
            return bind_text(option, literal.text, span, diagnostics);
        case ast::LiteralKind::blob:
            return ComputedExpression{Operation::literal, Type::blob, bytes_of(literal.text), {}, {}};
    }
    return std::nullopt;
}

std::optional<ComputedExpression> bind_constant(const OptionDeclaration& option, const ast::OptionValue& value,
                                                Diagnostics& diagnostics) {
    using Value = ast::OptionValue;
    if (const auto* text = std::get_if<Value::String>(&value.node))
        return bind_text(option, text->text, value.span, diagnostics);
    if (const auto* name = std::get_if<Value::Name>(&value.node)) return text_of(name->text);
    if (const auto* number = std::get_if<Value::Number>(&value.node)) return number_of(number->text);
    if (const auto* boolean = std::get_if<Value::Boolean>(&value.node))
        return ComputedExpression{Operation::literal, Type::boolean, boolean->value ? "true" : "false", {}, {}};
    if (const auto* interval = std::get_if<Value::Interval>(&value.node))
        return text_of(interval->unit.empty() ? interval->text : interval->text + " " + interval->unit);
    if (std::holds_alternative<Value::Null>(value.node))
        return ComputedExpression{Operation::literal, Type::null, "NULL", {}, {}};
    diagnostics.error(
        DiagnosticCode::option_type_mismatch, value.span,
        fmt::format("option \"{}\" takes values, and {} is a condition", option.name, describe_option_value(value)),
        "tables have conditions, in their option accept");
    return std::nullopt;
}

}  // namespace laminar
