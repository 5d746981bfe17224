#include "runtime/database/option_redaction.h"

#include <string>
#include <vector>

#include "catalog/options/clear_secrets.h"
#include "catalog/options/secret_resolver.h"
#include "catalog/validation/json_credentials.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

bool takes_constant(std::string_view function) {
    return equals_ignoring_case(function, "secret") || equals_ignoring_case(function, "strftime");
}

bool names_something(const ast::Expression& expression) {
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    return call != nullptr && call->name.parts.size() == 1 && takes_constant(call->name.parts.front().text);
}

/// Whether it calls SECRET.
bool names_secret(const ast::Expression& expression) {
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    if (call != nullptr && call->name.parts.size() == 1 &&
        equals_ignoring_case(call->name.parts.front().text, "secret"))
        return true;
    bool found = false;
    ast::for_each_child_of_expression(
        expression, [&](const ast::Expression& child) { found = found || names_secret(child); },
        [](const ast::Query&) {});
    return found;
}

template <class ShowText>
void redact_texts(ast::Expression& expression, const ShowText& show_text) {
    auto* literal = std::get_if<ast::Literal>(&expression.node);
    if (literal != nullptr && literal->kind == ast::LiteralKind::string) literal->text = show_text(literal->text);
    if (literal != nullptr && literal->kind == ast::LiteralKind::blob) literal->text.assign(literal->text.size(), '0');
    // What SECRET names is no secret, and a path or a format is none.
    if (names_something(expression)) return;
    ast::for_each_child_of_expression(
        expression, [&](ast::Expression& child) { redact_texts(child, show_text); }, [](ast::Query&) {});
}

template <class ShowText>
void redact_texts(ast::OptionValue& value, const ShowText& show_text) {
    if (auto* text = std::get_if<ast::OptionValue::String>(&value.node)) {
        text->text = show_text(text->text);
    } else if (auto* start = std::get_if<ast::OptionValue::TextStart>(&value.node)) {
        start->text = show_text(start->text);
    } else if (auto* computed = std::get_if<ast::OptionValue::Computed>(&value.node)) {
        redact_texts(*computed->expression, show_text);
    } else if (auto* list = std::get_if<ast::OptionValue::List>(&value.node)) {
        for (ast::OptionValue& element : list->elements) redact_texts(element, show_text);
    } else if (auto* object = std::get_if<ast::OptionValue::Object>(&value.node)) {
        for (auto& [key, entry] : object->entries) redact_texts(entry, show_text);
    }
}

/// Something was left out of what may be shown.
using Masked = bool;

Masked mask(std::string& text) {
    if (!is_clear(text) || text == "***") return false;
    text = "***";
    return true;
}

Masked mask_in_json(std::string& text) {
    std::string shown = redact_json(text);
    const bool differs = shown != text;
    text = std::move(shown);
    return differs;
}

/// Of an option that says messages: what stands under the name of a credential.
Masked mask_in_messages(ast::Expression& expression, const std::string& name);

Masked mask_entries(std::vector<ast::KeyValue>& entries) {
    bool masked = false;
    for (ast::KeyValue& entry : entries) {
        const auto* name = std::get_if<ast::Literal>(&entry.key.node);
        masked = mask_in_messages(entry.value, name != nullptr ? name->text : std::string()) || masked;
    }
    return masked;
}

Masked mask_in_messages(ast::Expression& expression, const std::string& name) {
    if (auto* json = std::get_if<ast::JsonObject>(&expression.node)) return mask_entries(json->entries);
    if (auto* map = std::get_if<ast::MapLiteral>(&expression.node)) return mask_entries(map->entries);
    if (auto* structure = std::get_if<ast::StructLiteral>(&expression.node)) return mask_entries(structure->entries);
    auto* literal = std::get_if<ast::Literal>(&expression.node);
    if (literal != nullptr && literal->kind == ast::LiteralKind::string)
        return names_credential(name) ? mask(literal->text) : mask_in_json(literal->text);
    // What a secret is put together with, or signs, is none.
    if (names_something(expression) || (names_credential(name) && names_secret(expression))) return false;
    bool masked = false;
    ast::for_each_child_of_expression(
        expression, [&](ast::Expression& child) { masked = mask_in_messages(child, name) || masked; },
        [](ast::Query&) {});
    return masked;
}

Masked mask_in_messages(ast::OptionValue& value, const std::string& name) {
    bool masked = false;
    if (auto* text = std::get_if<ast::OptionValue::String>(&value.node)) {
        masked = names_credential(name) ? mask(text->text) : mask_in_json(text->text);
    } else if (auto* computed = std::get_if<ast::OptionValue::Computed>(&value.node)) {
        masked = mask_in_messages(*computed->expression, name);
    } else if (auto* list = std::get_if<ast::OptionValue::List>(&value.node)) {
        for (ast::OptionValue& element : list->elements) masked = mask_in_messages(element, name) || masked;
    } else if (auto* object = std::get_if<ast::OptionValue::Object>(&value.node)) {
        for (auto& [key, entry] : object->entries) {
            const auto* name_of_entry = std::get_if<ast::OptionValue::String>(&key.node);
            masked = mask_in_messages(entry, name_of_entry != nullptr ? name_of_entry->text : std::string()) || masked;
        }
    }
    return masked;
}

}  // namespace

std::optional<ast::OptionValue> redacted_value(const ast::Option& option, const OptionSchema& schema) {
    const OptionDeclaration* declaration = schema.find(option.name.text);
    if (!declaration) return std::nullopt;
    ast::OptionValue shown = option.value;
    if (declaration->facts.rule == TextRule::websocket_url || declaration->facts.rule == TextRule::proxy_url) {
        std::string before;
        redact_texts(shown, [&](const std::string& text) {
            const bool is_credential = ends_with_credential_name(before) && find_secret_references(text).empty();
            before = text;
            return is_credential ? std::string("***") : redact_url(text);
        });
    } else if (declaration->facts.secret) {
        redact_texts(shown, [](const std::string& text) {
            return find_secret_references(text).empty() ? std::string("***") : text;
        });
    } else if (!mask_in_messages(shown, std::string())) {
        return std::nullopt;
    }
    return shown;
}

}  // namespace laminar
