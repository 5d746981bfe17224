#include <fmt/format.h>

#include "parser/text/ascii.h"
#include "parser/text/interval_unit.h"
#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {

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
    const DepthScope depth(*this, 1, context);
    const SourceSpan span = laminar::span_of(context);
    using Value = ast::OptionValue;
    switch (context.start->getType()) {
        case Grammar::TRUE:
            return {span, Value::Boolean{true}};
        case Grammar::FALSE:
            return {span, Value::Boolean{false}};
        case Grammar::NULL_:
            return {span, Value::Null{}};
        case Grammar::INTERVAL: {
            Value::Interval interval;
            if (auto* string = context.string()) {
                interval.text = transform_string(*string);
            } else {
                interval.text = (has_token(context, Grammar::MINUS) ? "-" : "") + number_text(*context.number());
            }
            if (const auto* unit = find_token(context, Grammar::INTERVAL_UNIT)) {
                interval.unit = interval_unit(slice(span_of(*unit)));
            }
            return {span, std::move(interval)};
        }
        case Grammar::MAP:
        case Grammar::OPEN_BRACE: {
            Value::Object object;
            for_each_child<Grammar::OptionEntryContext>(context, [&](auto& entry) {
                object.entries.push_back(
                    {transform_option_value(*entry.optionValue(0)), transform_option_value(*entry.optionValue(1))});
            });
            return {span, std::move(object)};
        }
        case Grammar::OPEN_BRACKET: {
            Value::List list;
            for_each_child<Grammar::OptionValueContext>(
                context, [&](auto& element) { list.elements.push_back(transform_option_value(element)); });
            return {span, std::move(list)};
        }
        default:
            break;
    }
    if (auto* string = context.string()) return {span, Value::String{transform_string(*string)}};
    if (auto* number = context.number()) {
        return {span, Value::Number{(has_token(context, Grammar::MINUS) ? "-" : "") + number_text(*number)}};
    }
    if (has_token(context, Grammar::OPEN)) return transform_option_call(context);
    ast::Identifier name = transform_identifier(*context.name());
    if (!name.quoted && equals_ignoring_case(name.text, "EXISTS")) return {span, Value::Exists{}};
    return {span, Value::Name{std::move(name.text)}};
}

/// JSON_OBJECT(...), JSON_ARRAY(...) and STARTS_WITH(...).
ast::OptionValue Transformer::transform_option_call(Grammar::OptionValueContext& context) {
    const SourceSpan span = laminar::span_of(context);
    const ast::Identifier name = transform_identifier(*context.name());
    const std::string function = upper_case(name.text);
    const bool array = function == "JSON_ARRAY";
    const bool text_start = function == "STARTS_WITH";
    if (!array && !text_start && function != "JSON_OBJECT") {
        reject(DiagnosticCode::syntax_error, name.span,
               fmt::format("an option takes a constant; {} (...) is not one", name.text),
               "JSON_OBJECT(...) and JSON_ARRAY(...) are constants");
    }
    std::vector<ast::OptionValue> values;
    for_each_child<Grammar::OptionArgumentContext>(context, [&](auto& argument) {
        if (array && argument.children.size() > 1) {
            reject(DiagnosticCode::syntax_error, laminar::span_of(argument), "JSON_ARRAY takes values without keys",
                   "JSON_OBJECT takes key: value");
        }
        for_each_child<Grammar::OptionValueContext>(
            argument, [&](auto& value) { values.push_back(transform_option_value(value)); });
    });
    if (text_start) {
        const auto* text = values.size() == 1 ? std::get_if<ast::OptionValue::String>(&values.front().node) : nullptr;
        if (text != nullptr) return {span, ast::OptionValue::TextStart{text->text}};
        reject(DiagnosticCode::syntax_error, span, "STARTS_WITH takes one string", "STARTS_WITH('trade')");
    }
    if (array) return {span, ast::OptionValue::List{std::move(values), true}};
    if (values.size() % 2 != 0) {
        reject(DiagnosticCode::syntax_error, values.back().span, "JSON_OBJECT lacks a value for this key",
               "JSON_OBJECT('key': value, ...)");
    }
    ast::OptionValue::Object object;
    object.json = true;
    for (std::size_t i = 0; i < values.size(); i += 2) {
        object.entries.push_back({std::move(values[i]), std::move(values[i + 1])});
    }
    return {span, std::move(object)};
}

}  // namespace laminar
