#include "runtime/database/option_redaction.h"

#include "catalog/options/secret_resolver.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

bool takes_constant(std::string_view function) {
    return equals_ignoring_case(function, "secret") || equals_ignoring_case(function, "strftime");
}

template <class ShowText>
void redact_texts(ast::Expression& expression, const ShowText& show_text) {
    auto* literal = std::get_if<ast::Literal>(&expression.node);
    if (literal != nullptr && literal->kind == ast::LiteralKind::string) literal->text = show_text(literal->text);
    if (literal != nullptr && literal->kind == ast::LiteralKind::blob) literal->text.assign(literal->text.size(), '0');
    // What SECRET names is no secret, and a path or a format is none.
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    const bool names_something =
        call != nullptr && call->name.parts.size() == 1 && takes_constant(call->name.parts.front().text);
    if (names_something) return;
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
    } else {
        return std::nullopt;
    }
    return shown;
}

}  // namespace laminar
