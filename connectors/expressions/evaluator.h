#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/options/computed_expression.h"
#include "connectors/expressions/computed_value.h"
#include "connectors/expressions/digest.h"
#include "connectors/expressions/evaluation.h"

namespace laminar {

/// A value that an expression cannot go on with. Caught by evaluate().
class EvaluationError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Evaluates one expression once; throws EvaluationError. What is a NULL for a function makes its result NULL, as in
/// SQL.
class Evaluator {
public:
    Evaluator(const ComputedText& text, const EvaluationScope& scope) : text_(text), scope_(scope) {}

    [[nodiscard]] ComputedValue evaluate(const ComputedExpression& expression);

private:
    using Values = std::vector<ComputedValue>;

    [[nodiscard]] ComputedValue literal(const ComputedExpression& expression) const;
    [[nodiscard]] ComputedValue received(const ComputedExpression& expression) const;
    [[nodiscard]] ComputedValue of_scope(const ComputedExpression& expression) const;
    /// Of operations that do not want all their operands, or are not NULL where one is.
    [[nodiscard]] ComputedValue of_parts(const ComputedExpression& expression, bool& is_done);
    [[nodiscard]] ComputedValue json_object(const ComputedExpression& expression);
    [[nodiscard]] ComputedValue choose(const ComputedExpression& expression);
    [[nodiscard]] ComputedValue choose_by_value(const ComputedExpression& expression);
    [[nodiscard]] ComputedValue connected(const ComputedExpression& expression);
    [[nodiscard]] bool condition(const ComputedExpression& expression, bool& is_null);

    // Of operands none of which is NULL:
    [[nodiscard]] ComputedValue call(const ComputedExpression& expression, const Values& values) const;
    [[nodiscard]] ComputedValue digest(const ComputedExpression& expression, const Values& values) const;
    [[nodiscard]] ComputedValue cast(const ComputedExpression& expression, const ComputedValue& value) const;

    const ComputedText& text_;
    const EvaluationScope& scope_;
};

// evaluator_arithmetic.cpp
[[nodiscard]] ComputedValue compute_number(const ComputedExpression& expression,
                                           const std::vector<ComputedValue>& values);
[[nodiscard]] ComputedValue compare(const ComputedExpression& expression, const std::vector<ComputedValue>& values);

// evaluator_text.cpp
/// Functions of texts and bytes; throws EvaluationError.
[[nodiscard]] ComputedValue compute_text(const ComputedExpression& expression,
                                         const std::vector<ComputedValue>& values);
/// The text of a moment, by a format of strftime with %f (microseconds) and %g (milliseconds).
[[nodiscard]] std::string formatted_time(std::int64_t micros, std::string_view format);

}  // namespace laminar
