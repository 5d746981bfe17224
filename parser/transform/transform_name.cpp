#include <fmt/format.h>

#include "parser/text/ascii.h"
#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {
namespace {

std::string undouble(std::string_view body, char quote) {
    std::string text;
    text.reserve(body.size());
    for (std::size_t i = 0; i < body.size(); ++i) {
        text.push_back(body[i]);
        if (body[i] == quote) ++i;
    }
    return text;
}

}  // namespace

ast::Identifier Transformer::identifier_of(const antlr4::Token& token) const {
    const SourceSpan span = span_of(token);
    const std::string_view text = slice(span);
    const std::size_t type = token.getType();
    if (type == Grammar::QUOTED_IDENTIFIER || type == Grammar::STRING) {
        return {undouble(text.substr(1, text.size() - 2), text.front()), true, span};
    }
    return {std::string(text), false, span};
}

ast::Identifier Transformer::transform_identifier(antlr4::ParserRuleContext& context) const {
    return identifier_of(*context.start);
}

std::vector<ast::Identifier> Transformer::transform_names(Grammar::NameListContext* context) const {
    std::vector<ast::Identifier> names;
    if (context == nullptr) return names;
    for_each_child<Grammar::NameContext>(*context, [&](auto& name) { names.push_back(transform_identifier(name)); });
    return names;
}

ast::QualifiedName Transformer::transform_qualified_name(Grammar::QualifiedNameContext& context) const {
    ast::QualifiedName name;
    name.span = span_of(context);
    name.parts.push_back(transform_identifier(*context.name()));
    for_each_child<Grammar::AnyNameContext>(context,
                                            [&](auto& part) { name.parts.push_back(transform_identifier(part)); });
    return name;
}

ast::TypeName Transformer::transform_type(Grammar::TypeNameContext& context) {
    ast::TypeName type = transform_element_type(*context.elementType());
    type.span = span_of(context);
    for_each_child<Grammar::DimensionContext>(context, [&](auto& dimension) {
        const antlr4::Token* size = find_token(dimension, Grammar::INTEGER);
        type.dimensions.push_back(size != nullptr ? std::optional(integer_value(*size)) : std::nullopt);
    });
    return type;
}

ast::TypeName Transformer::transform_element_type(Grammar::ElementTypeContext& context) {
    ast::TypeName type;
    type.span = span_of(context);
    type.name = upper_case(identifier_of(*context.start).text);
    if (has_token(context, Grammar::PRECISION)) type.name += " PRECISION";
    if (has_token(context, Grammar::VARYING)) type.name += " VARYING";
    if (auto* zone = context.timeZone()) {
        type.name += has_token(*zone, Grammar::WITH_ZONE) ? " WITH TIME ZONE" : " WITHOUT TIME ZONE";
    }
    if (auto* arguments = context.typeArguments()) {
        for_each_child<Grammar::TypeArgumentContext>(*arguments,
                                                     [&](auto& argument) { transform_type_argument(argument, type); });
        if (has_token(*arguments, Grammar::OPEN_ANGLE) && (type.name == "ARRAY" || type.name == "LIST"))
            return list_of(std::move(type));
    }
    if (has_token(context, Grammar::UNSIGNED)) type.name = "U" + (type.name == "INT" ? "INTEGER" : type.name);
    if (type.name == "BYTES") type.name = "BYTEA";
    return type;
}

/// ARRAY<T> is T[].
ast::TypeName Transformer::list_of(ast::TypeName type) {
    const bool has_element = type.fields.size() == 1 && type.fields.front().name.text.empty();
    if (!has_element) {
        reject(DiagnosticCode::unknown_type, type.span, fmt::format("{} takes the type of its elements", type.name),
               fmt::format("for example {}<INTEGER>", type.name));
    }
    ast::TypeName element = std::move(type.fields.front().type);
    element.span = type.span;
    element.dimensions.push_back(std::nullopt);
    return element;
}

void Transformer::transform_type_argument(Grammar::TypeArgumentContext& context, ast::TypeName& type) {
    if (const antlr4::Token* number = find_token(context, Grammar::INTEGER)) {
        type.modifiers.push_back(integer_value(*number));
    } else if (const antlr4::Token* value = find_token(context, Grammar::STRING)) {
        type.values.push_back(string_value(*value));
    } else {
        ast::TypeName::Field field;
        if (auto* name = context.anyName()) field.name = transform_identifier(*name);
        field.type = transform_type(*context.typeName());
        type.fields.push_back(std::move(field));
    }
}

}  // namespace laminar
