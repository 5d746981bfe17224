#include "catalog/validation/option_spans.h"

#include <variant>

namespace laminar {
namespace {

void move_spans(ast::OptionValue& value, SourceSpan span) {
    value.span = span;
    if (auto* list = std::get_if<ast::OptionValue::List>(&value.node)) {
        for (ast::OptionValue& element : list->elements) move_spans(element, span);
    } else if (auto* object = std::get_if<ast::OptionValue::Object>(&value.node)) {
        for (auto& [key, entry] : object->entries) {
            move_spans(key, span);
            move_spans(entry, span);
        }
    }
}

}  // namespace

void move_spans(ast::Option& option, SourceSpan span) {
    option.span = span;
    option.name.span = span;
    move_spans(option.value, span);
}

}  // namespace laminar
