#include "connectors/expressions/evaluation.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/expressions/evaluator.h"

namespace laminar {
namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string result;
    std::size_t at = 0;
    for (std::size_t found = text.find(from); found != std::string_view::npos; found = text.find(from, at)) {
        result.append(text.substr(at, found - at)).append(to);
        at = found + from.size();
    }
    return result.append(text.substr(at));
}

}  // namespace

std::string fill_placeholder(std::string_view text, std::string_view placeholder, std::string_view json) {
    if (text.find(placeholder) == std::string_view::npos) return std::string(text);
    const std::string characters = json_value_text(json);
    if (!is_json(text)) return replaced(text, placeholder, characters);
    std::string quoted;
    append_json_quoted(quoted, characters);
    const std::string whole = replaced(text, fmt::format("\"{}\"", placeholder), json.empty() ? "null" : json);
    return replaced(whole, placeholder, std::string_view(quoted).substr(1, quoted.size() - 2));
}

Evaluation evaluate(const ComputedText& text, const EvaluationScope& scope) {
    Evaluation evaluation;
    if (text.expression() == nullptr) {
        std::string filled = text.text();
        if (scope.position && text.mentions("${resume}"))
            filled = fill_placeholder(filled, "${resume}", scope.position());
        if (scope.message_id && text.mentions("${message_id}")) {
            std::string id;
            append_json_quoted(id, *scope.message_id);
            filled = fill_placeholder(filled, "${message_id}", id);
        }
        evaluation.payload = std::move(filled);
        return evaluation;
    }
    try {
        const ComputedValue value = Evaluator(text, scope).evaluate(*text.expression());
        if (value.is_null()) return evaluation;
        evaluation.binary = value.type == ComputedType::blob;
        if (value.type == ComputedType::json && !scope.wants_text)
            evaluation.payload = value.text;
        else
            evaluation.payload = text_of(value);
    } catch (const EvaluationError& error) {
        evaluation.problem = error.what();
    }
    return evaluation;
}

}  // namespace laminar
