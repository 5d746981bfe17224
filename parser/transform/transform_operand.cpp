#include <fmt/format.h>

#include "parser/text/ascii.h"
#include "parser/text/interval_unit.h"
#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {

/// Names and dots at the head of an operand: a.b.c, a.f(x), t.*; anything else is its primary alone.
ast::Expression Transformer::transform_operand_head(Grammar::OperandContext& context, std::size_t& suffixes_used) {
    auto* head = context.primary()->nameOrCall();
    if (head == nullptr || head->children.size() != 1) return transform_primary(*context.primary());
    SourceSpan span = laminar::span_of(*head);
    std::vector<ast::Identifier> parts{transform_identifier(*head->name())};
    for (std::size_t i = 1; i < context.children.size(); ++i) {
        auto& suffix = static_cast<Grammar::OperandSuffixContext&>(*context.children[i]);
        if (!has_token(suffix, Grammar::DOT)) break;
        ++suffixes_used;
        span = cover(span, laminar::span_of(suffix));
        if (auto* star = suffix.star()) return transform_star(*star, std::move(parts), span);
        parts.push_back(transform_identifier(*suffix.anyName()));
        if (auto* call = suffix.callSuffix()) {
            ast::QualifiedName name{std::move(parts), {}};
            name.span = cover(name.parts.front().span, name.parts.back().span);
            return transform_call(std::move(name), *call, span);
        }
    }
    return {span, ast::ColumnReference{std::move(parts)}};
}

ast::Expression Transformer::transform_operand(Grammar::OperandContext& context) {
    const bool star_allowed = star_allowed_;
    star_allowed_ = false;
    const DepthScope depth(*this, context.children.size() - 1, context);
    std::size_t suffixes_used = 0;
    ast::Expression operand = transform_operand_head(context, suffixes_used);
    const bool star = std::holds_alternative<ast::Star>(operand.node);
    if (star && (!star_allowed || context.children.size() > suffixes_used + 1)) {
        reject(DiagnosticCode::syntax_error, operand.span, "\"*\" cannot be part of an expression",
               "it stands for columns in a select list or as the argument of COUNT and COLUMNS");
    }
    for (std::size_t i = 1 + suffixes_used; i < context.children.size(); ++i) {
        operand =
            transform_suffix(std::move(operand), static_cast<Grammar::OperandSuffixContext&>(*context.children[i]));
    }
    return operand;
}

ast::Expression Transformer::transform_suffix(ast::Expression operand, Grammar::OperandSuffixContext& context) {
    const SourceSpan span = cover(operand.span, laminar::span_of(context));
    if (auto* type = context.elementType()) {
        return {span, ast::Cast{ast::Cast::Style::colons, std::move(operand), transform_element_type(*type)}};
    }
    if (has_token(context, Grammar::OPEN_BRACKET)) return transform_brackets(std::move(operand), context);
    if (context.star() != nullptr) {
        reject(DiagnosticCode::syntax_error, laminar::span_of(context),
               "\".*\" needs the name of a relation before it");
    }
    ast::Identifier field = transform_identifier(*context.anyName());
    if (auto* call_suffix = context.callSuffix()) {
        const SourceSpan name_span = field.span;
        ast::Expression call = transform_call({{std::move(field)}, name_span}, *call_suffix, span);
        if (auto* function = std::get_if<ast::FunctionCall>(&call.node)) {
            function->arguments.insert(function->arguments.begin(), ast::FunctionArgument{{}, std::move(operand)});
        }
        return call;
    }
    return {span, ast::FieldAccess{std::move(operand), std::move(field)}};
}

/// Brackets directly behind a cast belong to its type: x::INT[] and x::INT[3].
ast::Expression Transformer::transform_brackets(ast::Expression operand, Grammar::OperandSuffixContext& context) {
    const SourceSpan span = cover(operand.span, laminar::span_of(context));
    auto* subscript = context.subscript();
    auto* cast = std::get_if<ast::Cast>(&operand.node);
    if (cast != nullptr && cast->style == ast::Cast::Style::colons) {
        std::optional<std::int64_t> size;
        if (subscript != nullptr) {
            const SourceSpan size_span = laminar::span_of(*subscript);
            if (subscript->start != subscript->stop || subscript->start->getType() != Grammar::INTEGER) {
                reject(DiagnosticCode::syntax_error, size_span, "the size of an array type is a whole number",
                       "to take an element, put the cast in parentheses");
            }
            size = integer_value(*subscript->start);
        }
        cast->type.dimensions.push_back(size);
        cast->type.span = cover(cast->type.span, laminar::span_of(context));
        operand.span = span;
        return operand;
    }
    if (subscript == nullptr) {
        reject(DiagnosticCode::empty_statement_part, laminar::span_of(context), "the brackets lack an index");
    }
    ast::Subscript result;
    result.operand = std::move(operand);
    std::size_t colons = 0;
    for (auto* child : subscript->children) {
        if (auto* expression = dynamic_cast<Grammar::ExpressionContext*>(child)) {
            ast::ExpressionBox& part = colons == 0 ? result.begin : colons == 1 ? result.end : result.step;
            part = transform_expression(*expression);
        } else {
            ++colons;
        }
    }
    result.slice = colons > 0;
    return {span, std::move(result)};
}

ast::Expression Transformer::subquery(Grammar::QueryContext& context, SourceSpan span) {
    return {span, ast::Subquery{transform_query(context)}};
}

ast::Expression Transformer::transform_primary(Grammar::PrimaryContext& context) {
    const SourceSpan span = laminar::span_of(context);
    if (auto* named = context.nameOrCall()) {
        ast::Identifier name = transform_identifier(*named->name());
        if (auto* call = named->callSuffix()) {
            const SourceSpan name_span = name.span;
            return transform_call({{std::move(name)}, name_span}, *call, span);
        }
        auto* constant = named->string();
        if (constant == nullptr) return {span, ast::ColumnReference{{std::move(name)}}};
        ast::TypeName type;
        type.name = upper_case(name.text);
        type.span = name.span;
        if (auto* zone = named->timeZone()) {
            type.name += has_token(*zone, Grammar::WITH_ZONE) ? " WITH TIME ZONE" : " WITHOUT TIME ZONE";
            type.span = cover(type.span, laminar::span_of(*zone));
        }
        return {span, ast::TypedLiteral{std::move(type), transform_string(*constant)}};
    }
    switch (context.start->getType()) {
        case Grammar::NULL_:
            return {span, ast::Literal{ast::LiteralKind::null, {}}};
        case Grammar::TRUE:
            return {span, ast::Literal{ast::LiteralKind::boolean, "true"}};
        case Grammar::FALSE:
            return {span, ast::Literal{ast::LiteralKind::boolean, "false"}};
        case Grammar::BLOB: {
            const std::string_view text = slice(span);
            return {span, ast::Literal{ast::LiteralKind::blob, std::string(text.substr(2, text.size() - 3))}};
        }
        case Grammar::EXISTS:
            return {span, ast::Exists{false, transform_query(*context.query())}};
        case Grammar::QUANTIFIER:
            return transform_quantifier(context);
        case Grammar::CAST:
        case Grammar::TRY_CAST:
            return transform_cast(context);
        case Grammar::INTERVAL:
            return transform_interval(context);
        case Grammar::OPEN:
            return transform_parentheses(context);
        case Grammar::OPEN_QUERY:
            return subquery(*context.query(), span);
        case Grammar::MAP:
        case Grammar::OPEN_BRACE:
            return transform_entries(context);
        default:
            break;
    }
    if (auto* string = context.string()) {
        return {span, ast::Literal{ast::LiteralKind::string, transform_string(*string)}};
    }
    if (auto* number = context.number()) return {span, transform_number(*number)};
    if (auto* branches = context.caseExpression()) return transform_case(*branches);
    if (auto* list = context.list()) {
        ast::Expression result = transform_list(*list);
        result.span = span;
        return result;
    }
    // ARRAY (query)
    ast::FunctionCall call;
    call.name.parts.push_back(identifier_of(*context.start));
    call.name.span = span_of(*context.start);
    call.arguments.push_back({{}, subquery(*context.query(), {call.name.span.end, span.end})});
    return {span, std::move(call)};
}

ast::Expression Transformer::transform_parentheses(Grammar::PrimaryContext& context) {
    const SourceSpan span = laminar::span_of(context);
    std::vector<ast::Expression> elements;
    for_each_child<Grammar::ExpressionContext>(
        context, [&](auto& element) { elements.push_back(transform_expression(element)); });
    if (elements.size() == 1) return {span, ast::Parenthesized{std::move(elements.front())}};
    return {span, ast::Tuple{std::move(elements), false}};
}

ast::Expression Transformer::transform_quantifier(Grammar::PrimaryContext& context) {
    ast::Quantified quantified;
    quantified.quantifier = upper_case(slice(span_of(*context.start)));
    if (auto* query = context.query()) {
        quantified.query = transform_query(*query);
    } else {
        for_each_child<Grammar::ExpressionContext>(context,
                                                   [&](auto& list) { quantified.list = transform_expression(list); });
    }
    return {laminar::span_of(context), std::move(quantified)};
}

ast::Expression Transformer::transform_cast(Grammar::PrimaryContext& context) {
    ast::Cast cast;
    cast.style = context.start->getType() == Grammar::CAST ? ast::Cast::Style::cast : ast::Cast::Style::try_cast;
    if (auto* query = context.query()) {
        const auto* open = find_token(context, Grammar::OPEN_QUERY);
        const auto* close = find_token(context, Grammar::CLOSE);
        cast.operand = subquery(*query, cover(span_of(*open), span_of(*close)));
    } else {
        for_each_child<Grammar::ExpressionContext>(
            context, [&](auto& operand) { cast.operand = transform_expression(operand); });
    }
    cast.type = transform_type(*context.typeName());
    return {laminar::span_of(context), std::move(cast)};
}

ast::Expression Transformer::transform_interval(Grammar::PrimaryContext& context) {
    ast::IntervalLiteral interval;
    if (auto* string = context.string()) {
        interval.value = ast::Expression{laminar::span_of(*string),
                                         ast::Literal{ast::LiteralKind::string, transform_string(*string)}};
    } else if (auto* number = context.number()) {
        ast::Literal literal = transform_number(*number);
        SourceSpan span = laminar::span_of(*number);
        ast::Expression value{span, std::move(literal)};
        if (const auto* minus = find_token(context, Grammar::MINUS)) {
            value = {cover(span_of(*minus), span), ast::Unary{"-", std::move(value)}};
        }
        interval.value = std::move(value);
    } else {
        for_each_child<Grammar::ExpressionContext>(context, [&](auto& value) {
            interval.value = ast::Expression{
                cover(span_of(*find_token(context, Grammar::OPEN)), span_of(*find_token(context, Grammar::CLOSE))),
                ast::Parenthesized{transform_expression(value)}};
        });
    }
    if (const auto* unit = find_token(context, Grammar::INTERVAL_UNIT))
        interval.unit = interval_unit(slice(span_of(*unit)));
    return {laminar::span_of(context), std::move(interval)};
}

/// MAP {..} and {..}. A bare word or quoted name as the key of a struct is its field's name, not a column.
ast::Expression Transformer::transform_entries(Grammar::PrimaryContext& context) {
    const bool map = has_token(context, Grammar::MAP);
    std::vector<ast::KeyValue> entries;
    for_each_child<Grammar::EntryContext>(context, [&](auto& entry) {
        ast::KeyValue pair{transform_expression(*entry.expression(0)), transform_expression(*entry.expression(1))};
        const auto* column = std::get_if<ast::ColumnReference>(&pair.key.node);
        if (!map && column != nullptr && column->parts.size() == 1) {
            pair.key.node = ast::Literal{ast::LiteralKind::string, std::string(column->parts.front().text)};
        }
        const auto* literal = std::get_if<ast::Literal>(&pair.key.node);
        if (!map && (literal == nullptr || literal->kind != ast::LiteralKind::string)) {
            reject(DiagnosticCode::syntax_error, pair.key.span, "the field of a struct is a name or a string",
                   "for computed keys write MAP {key: value}");
        }
        entries.push_back(std::move(pair));
    });
    const SourceSpan span = laminar::span_of(context);
    if (map) return {span, ast::MapLiteral{std::move(entries)}};
    return {span, ast::StructLiteral{std::move(entries)}};
}

ast::Expression Transformer::transform_case(Grammar::CaseExpressionContext& context) {
    ast::Case result;
    bool after_else = false;
    for (auto* child : context.children) {
        if (auto* expression = dynamic_cast<Grammar::ExpressionContext*>(child)) {
            (after_else ? result.otherwise : result.operand) = transform_expression(*expression);
        } else if (auto* branch = dynamic_cast<Grammar::CaseBranchContext*>(child)) {
            result.branches.push_back(
                {transform_expression(*branch->expression(0)), transform_expression(*branch->expression(1))});
        } else {
            after_else = leading_token(*child) == Grammar::ELSE;
        }
    }
    return {laminar::span_of(context), std::move(result)};
}

ast::Expression Transformer::transform_list(Grammar::ListContext& context) {
    const SourceSpan span = laminar::span_of(context);
    std::vector<ast::Expression> expressions;
    for_each_child<Grammar::ExpressionContext>(
        context, [&](auto& element) { expressions.push_back(transform_expression(element)); });
    if (!has_token(context, Grammar::FOR)) return {span, ast::ListLiteral{std::move(expressions)}};
    ast::ListComprehension comprehension;
    comprehension.element = std::move(expressions[0]);
    comprehension.list = std::move(expressions[1]);
    if (expressions.size() > 2) comprehension.condition = std::move(expressions[2]);
    for_each_child<Grammar::NameContext>(
        context, [&](auto& name) { comprehension.variables.push_back(transform_identifier(name)); });
    return {span, std::move(comprehension)};
}

}  // namespace laminar
