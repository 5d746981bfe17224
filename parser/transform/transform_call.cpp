#include <fmt/format.h>

#include <algorithm>

#include "parser/text/ascii.h"
#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {
namespace {

const ast::ColumnReference* bare_column(const ast::Expression& expression) {
    const auto* column = std::get_if<ast::ColumnReference>(&expression.node);
    return column != nullptr && column->parts.size() == 1 ? column : nullptr;
}

/// Functions that put words between their arguments.
bool takes_words(std::string_view function) {
    return function == "EXTRACT" || function == "SUBSTRING" || function == "TRIM" || function == "OVERLAY";
}

}  // namespace

ast::Expression Transformer::transform_star(Grammar::StarContext& context, std::vector<ast::Identifier> qualifier,
                                            SourceSpan span) {
    ast::Star star;
    star.qualifier = std::move(qualifier);
    for_each_child<Grammar::StarModifierContext>(context, [&](auto& modifier) {
        for_each_child<Grammar::QualifiedNameContext>(
            modifier, [&](auto& name) { star.exclude.push_back(transform_qualified_name(name)); });
        for_each_child<Grammar::StarReplacementContext>(modifier, [&](auto& replacement) {
            star.replace.push_back(
                {transform_expression(*replacement.expression()), transform_identifier(*replacement.name())});
        });
        for_each_child<Grammar::StarRenameContext>(modifier, [&](auto& rename) {
            star.rename.emplace_back(transform_qualified_name(*rename.qualifiedName()),
                                     transform_identifier(*rename.name()));
        });
    });
    return {cover(span, laminar::span_of(context)), std::move(star)};
}

ast::Expression Transformer::transform_call(ast::QualifiedName name, Grammar::CallSuffixContext& context,
                                            SourceSpan span) {
    const bool plain = name.parts.size() == 1 && !name.parts.front().quoted;
    const std::string function = plain ? upper_case(name.parts.front().text) : std::string();
    CallParts parts = transform_call_parts(function, context);
    if (parts.keyed && function != "JSON_OBJECT") {
        reject(DiagnosticCode::syntax_error, parts.tail_span,
               "only JSON_OBJECT takes a key and a value as one argument", "a struct is written {'key': value}");
    }
    if (function == "JSON_OBJECT") return transform_json_object(std::move(parts), span);
    if (parts.special_form && !takes_words(function)) {
        reject(DiagnosticCode::syntax_error, parts.tail_span,
               fmt::format("\"{}\" is not expected between the arguments of {}", slice(parts.tail_span),
                           name.parts.back().text),
               "arguments are separated by commas");
    }
    if (function == "EXTRACT" && parts.special_form) {
        const auto& field = parts.arguments.front().value;
        const auto* column = bare_column(field);
        const auto* literal = std::get_if<ast::Literal>(&field.node);
        if (column == nullptr && (literal == nullptr || literal->kind != ast::LiteralKind::string)) {
            reject(DiagnosticCode::syntax_error, field.span, "EXTRACT takes the name of a part of a time first",
                   "for example EXTRACT(EPOCH FROM ts)");
        }
        std::string part = upper_case(column != nullptr ? column->parts.front().text : literal->text);
        return {span, ast::Extract{std::move(part), std::move(parts.arguments.back().value)}};
    }
    if (function == "ROW") {
        ast::Tuple tuple{{}, true};
        for (auto& argument : parts.arguments) tuple.elements.push_back(std::move(argument.value));
        return {span, std::move(tuple)};
    }
    ast::FunctionCall call;
    if (function == "TRIM" && parts.special_form && parts.trim_side != "BOTH") {
        name.parts.front().text = parts.trim_side == "TRAILING" ? "rtrim" : parts.trim_side.empty() ? "trim" : "ltrim";
    }
    if (function == "POSITION" && parts.arguments.size() == 1) {
        // POSITION(needle IN text) is strpos(text, needle).
        auto* in = std::get_if<ast::In>(&parts.arguments.front().value.node);
        if (in != nullptr && !in->negated && in->values.size() + (in->list ? 1u : 0u) == 1) {
            ast::Expression text = in->list ? std::move(*in->list) : std::move(in->values.front());
            ast::Expression needle = std::move(*in->operand);
            parts.arguments.clear();
            parts.arguments.push_back({{}, std::move(text)});
            parts.arguments.push_back({{}, std::move(needle)});
            name.parts.front().text = "strpos";
        }
    }
    call.name = std::move(name);
    call.distinct = parts.distinct;
    call.arguments = std::move(parts.arguments);
    call.order_by = std::move(parts.order_by);
    call.ignore_nulls = parts.ignore_nulls;
    call.respect_nulls = parts.respect_nulls;
    if (auto* tail = context.callTail()) transform_call_tail(*tail, call);
    return {span, std::move(call)};
}

Transformer::CallParts Transformer::transform_call_parts(std::string_view function,
                                                         Grammar::CallSuffixContext& context) {
    CallParts parts;
    if (auto* query = context.query()) {
        // f((SELECT ..)): the classifier saw both parentheses open a query. f(SELECT ..) lacks one pair.
        auto* term = query->children.size() == 1 ? query->queryBody()->queryTerm(0) : nullptr;
        const bool nested = term != nullptr && query->queryBody()->children.size() == 1 && term->query() != nullptr;
        if (!nested && function != "ARRAY") {
            reject(DiagnosticCode::syntax_error, laminar::span_of(*query),
                   "a query as an argument needs parentheses of its own", "f((SELECT ...))");
        }
        const SourceSpan span = laminar::span_of(*query);
        parts.arguments.push_back({{}, subquery(nested ? *term->query() : *query, span)});
        return parts;
    }
    parts.distinct = has_token(context, Grammar::DISTINCT);
    for_each_child<Grammar::CallArgumentContext>(
        context, [&](auto& argument) { transform_argument(function, argument, parts); });
    for_each_child<Grammar::OrderItemContext>(
        context, [&](auto& item) { parts.order_by.push_back(transform_order_item(item)); });
    if (auto* treatment = context.nullTreatment()) {
        parts.ignore_nulls = has_token(*treatment, Grammar::IGNORE);
        parts.respect_nulls = !parts.ignore_nulls;
    }
    return parts;
}

void Transformer::transform_argument(std::string_view function, Grammar::CallArgumentContext& context,
                                     CallParts& parts) {
    const std::size_t first = context.start->getType();
    if (auto* star = context.star()) {
        parts.arguments.push_back({{}, transform_star(*star, {}, laminar::span_of(*star))});
    } else if (first == Grammar::BOTH || first == Grammar::LEADING || first == Grammar::TRAILING) {
        parts.special_form = true;
        parts.tail_span = span_of(*context.start);
        parts.trim_side = upper_case(slice(parts.tail_span));
        std::vector<ast::FunctionArgument> arguments;
        for_each_child<Grammar::ExpressionContext>(context, [&](auto& expression) {
            arguments.push_back({{}, transform_expression(expression)});
        });
        std::reverse(arguments.begin(), arguments.end());
        parts.arguments = std::move(arguments);
    } else if (first == Grammar::LAMBDA) {
        ast::Lambda lambda;
        for_each_child<Grammar::NameContext>(
            context, [&](auto& name) { lambda.parameters.push_back(transform_identifier(name)); });
        for_each_child<Grammar::ExpressionContext>(context,
                                                   [&](auto& body) { lambda.body = transform_expression(body); });
        parts.arguments.push_back({{}, {laminar::span_of(context), std::move(lambda)}});
    } else {
        Grammar::ExpressionContext* expression = nullptr;
        for_each_child<Grammar::ExpressionContext>(context, [&](auto& child) { expression = &child; });
        transform_argument_tail(function, context, transform_lambda_or_expression(*expression, function), parts);
    }
}

void Transformer::transform_argument_tail(std::string_view function, Grammar::CallArgumentContext& context,
                                          ast::Expression first, CallParts& parts) {
    auto* tail = context.argumentTail();
    if (tail == nullptr) {
        parts.arguments.push_back({{}, std::move(first)});
        return;
    }
    parts.tail_span = span_of(*tail->start);
    const std::size_t word = tail->start->getType();
    if (word == Grammar::ASSIGN || word == Grammar::FAT_ARROW) {
        const auto* column = bare_column(first);
        if (column == nullptr) {
            reject(DiagnosticCode::syntax_error, first.span, "the left of a named argument is a name");
        }
        ast::Identifier name = column->parts.front();
        parts.arguments.push_back({std::move(name), transform_lambda_or_expression(*tail->expression(0), function)});
        return;
    }
    if (word == Grammar::COLON || word == Grammar::VALUE) {
        parts.keyed = true;
        parts.arguments.push_back({{}, std::move(first)});
        parts.arguments.push_back({{}, transform_expression(*tail->expression(0))});
        return;
    }
    // SUBSTRING(text FROM begin FOR length): in the order of substring(text, begin, length), whatever was written
    // first.
    parts.special_form = true;
    std::vector<ast::FunctionArgument> rest;
    for_each_child<Grammar::ExpressionContext>(*tail, [&](auto& expression) {
        rest.push_back({{}, transform_expression(expression)});
    });
    const SourceSpan here = span_of(*tail->start);
    if (word == Grammar::FOR && rest.size() == 1) {
        rest.insert(rest.begin(), {{}, {here, ast::Literal{ast::LiteralKind::integer, "1"}}});
    } else if (word == Grammar::FOR) {
        std::swap(rest[0], rest[1]);
    }
    parts.arguments.push_back({{}, std::move(first)});
    std::move(rest.begin(), rest.end(), std::back_inserter(parts.arguments));
    // TRIM(characters FROM text) is trim(text, characters).
    if (function == "TRIM" && parts.arguments.size() == 2) std::swap(parts.arguments[0], parts.arguments[1]);
}

ast::Expression Transformer::transform_json_object(CallParts parts, SourceSpan span) {
    if (parts.arguments.size() % 2 != 0) {
        reject(DiagnosticCode::syntax_error, parts.arguments.back().value.span,
               "JSON_OBJECT lacks a value for this key", "JSON_OBJECT('key': value, ...)");
    }
    ast::JsonObject object;
    for (std::size_t i = 0; i < parts.arguments.size(); i += 2) {
        object.entries.push_back({std::move(parts.arguments[i].value), std::move(parts.arguments[i + 1].value)});
    }
    return {span, std::move(object)};
}

void Transformer::transform_call_tail(Grammar::CallTailContext& context, ast::FunctionCall& call) {
    for_each_child<Grammar::OrderItemContext>(
        context, [&](auto& item) { call.within_group.push_back(transform_order_item(item)); });
    if (auto* filter = context.expression()) call.filter = transform_expression(*filter);
    if (auto* treatment = context.nullTreatment()) {
        call.ignore_nulls = has_token(*treatment, Grammar::IGNORE);
        call.respect_nulls = !call.ignore_nulls;
    }
    if (auto* window = context.windowSpecification()) {
        call.over = transform_window(*window);
    } else if (auto* name = context.name()) {
        ast::WindowSpecification reference;
        reference.base = transform_identifier(*name);
        reference.reference_only = true;
        reference.span = reference.base->span;
        call.over = std::move(reference);
    }
}

}  // namespace laminar
