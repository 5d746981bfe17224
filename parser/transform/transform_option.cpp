#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "parser/text/ascii.h"
#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {
namespace {

using Value = ast::OptionValue;

bool is_constant(const Value& value) {
    if (const auto* list = std::get_if<Value::List>(&value.node))
        return std::all_of(list->elements.begin(), list->elements.end(), is_constant);
    if (const auto* object = std::get_if<Value::Object>(&value.node)) {
        return std::all_of(object->entries.begin(), object->entries.end(), [](const Value::Entry& entry) {
            return is_constant(entry.key) && is_constant(entry.value);
        });
    }
    return !std::holds_alternative<Value::Computed>(value.node);
}

std::optional<std::string> number_of(const ast::Expression& expression) {
    const auto* unary = std::get_if<ast::Unary>(&expression.node);
    const auto* literal = std::get_if<ast::Literal>(unary != nullptr ? &unary->operand->node : &expression.node);
    const bool is_number =
        literal != nullptr && (literal->kind == ast::LiteralKind::integer ||
                               literal->kind == ast::LiteralKind::decimal || literal->kind == ast::LiteralKind::real);
    if (!is_number) return std::nullopt;
    if (unary == nullptr || unary->op.text() == "+") return literal->text;
    return unary->op.text() == "-" ? std::optional("-" + literal->text) : std::nullopt;
}

/// The name of a call of one plain name, in upper case; empty for other calls.
std::string plain_function(const ast::FunctionCall& call) {
    const bool is_plain = call.name.parts.size() == 1 && !call.name.parts.front().quoted && !call.distinct &&
                          call.order_by.empty() && call.within_group.empty() && !call.filter && !call.over;
    return is_plain ? upper_case(call.name.parts.front().text) : std::string();
}

/// Makes values of the nodes that may be constants; others are expressions.
struct ConstantReader {
    const ast::Expression& written;
    const SourceSpan span = written.span;

    static Value value_of(const ast::Expression& expression) {
        return std::visit(ConstantReader{expression}, expression.node);
    }
    [[nodiscard]] Value expression() const { return {span, Value::Computed{written}}; }

    Value operator()(const ast::Literal& literal) const {
        switch (literal.kind) {
            case ast::LiteralKind::null:
                return {span, Value::Null{}};
            case ast::LiteralKind::boolean:
                return {span, Value::Boolean{literal.text == "true"}};
            case ast::LiteralKind::string:
                return {span, Value::String{literal.text}};
            case ast::LiteralKind::integer:
            case ast::LiteralKind::decimal:
            case ast::LiteralKind::real:
                return {span, Value::Number{literal.text}};
            case ast::LiteralKind::blob:
                break;
        }
        return expression();
    }

    Value operator()(const ast::Unary&) const {
        if (std::optional<std::string> number = number_of(written)) return {span, Value::Number{std::move(*number)}};
        return expression();
    }

    Value operator()(const ast::IntervalLiteral& interval) const {
        const auto* text = std::get_if<ast::Literal>(&interval.value->node);
        if (text != nullptr && text->kind == ast::LiteralKind::string)
            return {span, Value::Interval{text->text, interval.unit}};
        if (std::optional<std::string> number = number_of(*interval.value))
            return {span, Value::Interval{std::move(*number), interval.unit}};
        return expression();
    }

    Value operator()(const ast::ColumnReference& column) const {
        if (column.parts.size() != 1) return expression();
        const ast::Identifier& name = column.parts.front();
        if (!name.quoted && equals_ignoring_case(name.text, "EXISTS")) return {span, Value::Exists{}};
        if (!name.quoted && equals_ignoring_case(name.text, "CURRENT_TIMESTAMP")) return expression();
        return {span, Value::Name{name.text}};
    }

    Value operator()(const ast::ListLiteral& literal) const {
        Value::List list;
        for (const ast::Expression& element : literal.elements) list.elements.push_back(value_of(element));
        return {span, std::move(list)};
    }

    Value operator()(const ast::MapLiteral& map) const { return object_of(map.entries, false); }
    Value operator()(const ast::StructLiteral& map) const { return object_of(map.entries, false); }
    Value operator()(const ast::JsonObject& json) const { return whole(object_of(json.entries, true)); }

    Value operator()(const ast::FunctionCall& call) const {
        const std::string function = plain_function(call);
        const bool has_names = std::any_of(call.arguments.begin(), call.arguments.end(),
                                           [](const ast::FunctionArgument& argument) { return argument.name; });
        if (function == "JSON_ARRAY" && !has_names) {
            Value::List list;
            list.json = true;
            for (const ast::FunctionArgument& argument : call.arguments)
                list.elements.push_back(value_of(argument.value));
            return whole({span, std::move(list)});
        }
        if (function == "STARTS_WITH" && call.arguments.size() == 1 && !has_names) {
            const auto* text = std::get_if<ast::Literal>(&call.arguments.front().value.node);
            if (text != nullptr && text->kind == ast::LiteralKind::string) return {span, Value::TextStart{text->text}};
        }
        return expression();
    }

    Value operator()(const auto&) const { return expression(); }

private:
    Value object_of(const std::vector<ast::KeyValue>& entries, bool json) const {
        Value::Object object;
        object.json = json;
        for (const ast::KeyValue& entry : entries)
            object.entries.push_back({value_of(entry.key), value_of(entry.value)});
        return {span, std::move(object)};
    }
    /// JSON is one value, and computed as one.
    Value whole(Value value) const { return is_constant(value) ? std::move(value) : expression(); }
};

}  // namespace

std::vector<ast::Option> Transformer::transform_options(Grammar::OptionListContext* context) {
    std::vector<ast::Option> options;
    if (context == nullptr) return options;
    for_each_child<Grammar::OptionContext>(*context, [&](auto& option) {
        ast::Identifier name = identifier_of(*option.start);
        // In single quotes it is the same name.
        if (option.start->getType() == Grammar::STRING) name.quoted = false;
        options.push_back({std::move(name), transform_option_value(*option.optionValue()), laminar::span_of(option)});
    });
    return options;
}

ast::OptionValue Transformer::transform_option_value(Grammar::OptionValueContext& context) {
    ast::Expression expression = transform_expression(*context.expression());
    expression.span = laminar::span_of(context);
    return ConstantReader::value_of(expression);
}

}  // namespace laminar
