#include "catalog/options/computed_text.h"

#include <algorithm>

#include "catalog/options/message_condition.h"

namespace laminar {
namespace {

template <class Visit>
void for_each_part(const ComputedExpression& expression, const Visit& visit) {
    visit(expression);
    for (const ComputedExpression& operand : expression.operands) for_each_part(operand, visit);
}

}  // namespace

std::string_view describe(ComputedType type) noexcept {
    switch (type) {
        case ComputedType::null:
            return "NULL";
        case ComputedType::boolean:
            return "a BOOLEAN";
        case ComputedType::bigint:
            return "a BIGINT";
        case ComputedType::real:
            return "a DOUBLE";
        case ComputedType::varchar:
            return "a VARCHAR";
        case ComputedType::blob:
            return "a BLOB";
        case ComputedType::timestamp:
            return "a TIMESTAMP";
        case ComputedType::json:
            return "JSON";
    }
    return "a value";
}

std::string ComputedText::to_sql() const { return expression_ ? text_ : quoted_sql(text_); }

std::string_view ComputedText::beginning() const noexcept {
    if (!expression_) return text_;
    const ComputedExpression* first = expression_.get();
    while (first->operation == ComputedOperation::concatenate) first = &first->operands.front();
    const bool is_text = first->operation == ComputedOperation::literal && first->type == ComputedType::varchar;
    return is_text ? std::string_view(first->text) : std::string_view();
}

bool ComputedText::mentions(std::string_view placeholder) const {
    if (text_.find(placeholder) != std::string::npos) return true;
    bool found = false;
    if (expression_ && placeholder == "${resume}") {
        for_each_part(*expression_, [&](const ComputedExpression& part) {
            found = found || part.operation == ComputedOperation::resume;
        });
    }
    return found;
}

std::vector<std::string> ComputedText::secret_names() const {
    std::vector<std::string> names;
    if (!expression_) return names;
    for_each_part(*expression_, [&](const ComputedExpression& part) {
        const bool is_new = std::find(names.begin(), names.end(), part.text) == names.end();
        if (part.operation == ComputedOperation::secret && is_new) names.push_back(part.text);
    });
    return names;
}

ComputedText ComputedText::with_secrets(std::vector<std::pair<std::string, std::string>> values) const {
    ComputedText copy = *this;
    copy.secrets_ = std::move(values);
    return copy;
}

const std::string* ComputedText::find_secret(std::string_view name) const noexcept {
    const auto found =
        std::find_if(secrets_.begin(), secrets_.end(), [&](const auto& secret) { return secret.first == name; });
    return found == secrets_.end() ? nullptr : &found->second;
}

}  // namespace laminar
