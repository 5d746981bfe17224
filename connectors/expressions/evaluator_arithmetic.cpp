#include <fmt/format.h>

#include <cmath>
#include <compare>
#include <utility>

#include "connectors/codec/values/number_text.h"
#include "connectors/expressions/evaluator.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

using Operation = ComputedOperation;
using Type = ComputedType;

ComputedValue needed_number(const ComputedExpression& expression, const ComputedValue& value) {
    std::optional<ComputedValue> number = number_in(value);
    if (!number)
        throw EvaluationError(fmt::format("{}: {} is not a number", expression.text, quote_excerpt(text_of(value))));
    return *number;
}

double real_of(const ComputedValue& number) {
    return number.type == Type::bigint ? static_cast<double>(number.number) : number.real;
}

/// Of whole numbers; nullopt where the result does not fit.
std::optional<std::int64_t> whole_result(Operation operation, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    bool overflow = false;
    switch (operation) {
        case Operation::add:
            overflow = __builtin_add_overflow(a, b, &result);
            break;
        case Operation::subtract:
            overflow = __builtin_sub_overflow(a, b, &result);
            break;
        case Operation::multiply:
            overflow = __builtin_mul_overflow(a, b, &result);
            break;
        default:
            // The smallest number has no opposite.
            if (b == -1)
                return operation == Operation::remainder ? std::optional<std::int64_t>(0)
                                                         : whole_result(Operation::subtract, 0, a);
            return operation == Operation::remainder ? a % b : a / b;
    }
    return overflow ? std::nullopt : std::optional(result);
}

ComputedValue real_result(Operation operation, double a, double b) {
    switch (operation) {
        case Operation::add:
            return ComputedValue::of_real(a + b);
        case Operation::subtract:
            return ComputedValue::of_real(a - b);
        case Operation::multiply:
            return ComputedValue::of_real(a * b);
        case Operation::divide:
            return ComputedValue::of_real(a / b);
        case Operation::divide_whole:
            return ComputedValue::of_real(std::trunc(a / b));
        default:
            return ComputedValue::of_real(std::fmod(a, b));
    }
}

std::partial_ordering order_of(const ComputedExpression& expression, const ComputedValue& left,
                               const ComputedValue& right) {
    const std::optional<ComputedValue> a = number_in(left);
    const std::optional<ComputedValue> b = number_in(right);
    if (a && b) {
        if (a->type == Type::bigint && b->type == Type::bigint) return a->number <=> b->number;
        return real_of(*a) <=> real_of(*b);
    }
    const bool wants_number =
        left.type == Type::bigint || left.type == Type::real || right.type == Type::bigint || right.type == Type::real;
    if (wants_number) {
        const bool about_equality =
            expression.operation == Operation::equal || expression.operation == Operation::not_equal;
        if (about_equality) return std::partial_ordering::unordered;
        (void)needed_number(expression, a ? right : left);
    }
    if (left.type == Type::timestamp && right.type == Type::timestamp) return left.number <=> right.number;
    return text_of(left).compare(text_of(right)) <=> 0;
}

}  // namespace

ComputedValue compute_number(const ComputedExpression& expression, const std::vector<ComputedValue>& values) {
    const ComputedValue left = needed_number(expression, values[0]);
    const Operation operation = expression.operation;
    const auto out_of_range = [&] {
        return EvaluationError(fmt::format("{}: the result is out of range", expression.text));
    };
    if (operation == Operation::negate) {
        if (left.type == Type::real) return ComputedValue::of_real(-left.real);
        const std::optional<std::int64_t> result = whole_result(Operation::subtract, 0, left.number);
        if (!result) throw out_of_range();
        return ComputedValue::of_bigint(*result);
    }
    const ComputedValue right = needed_number(expression, values[1]);
    const bool divides =
        operation == Operation::divide || operation == Operation::divide_whole || operation == Operation::remainder;
    if (divides && real_of(right) == 0) return ComputedValue::null();
    const bool is_whole = left.type == Type::bigint && right.type == Type::bigint && operation != Operation::divide;
    if (!is_whole) return real_result(operation, real_of(left), real_of(right));
    const std::optional<std::int64_t> result = whole_result(operation, left.number, right.number);
    if (!result) throw out_of_range();
    return ComputedValue::of_bigint(*result);
}

ComputedValue compare(const ComputedExpression& expression, const std::vector<ComputedValue>& values) {
    const std::partial_ordering order = order_of(expression, values[0], values[1]);
    switch (expression.operation) {
        case Operation::equal:
            return ComputedValue::of_boolean(std::is_eq(order));
        case Operation::not_equal:
            return ComputedValue::of_boolean(!std::is_eq(order));
        case Operation::less:
            return ComputedValue::of_boolean(std::is_lt(order));
        case Operation::less_equal:
            return ComputedValue::of_boolean(std::is_lteq(order));
        case Operation::greater:
            return ComputedValue::of_boolean(std::is_gt(order));
        default:
            return ComputedValue::of_boolean(std::is_gteq(order));
    }
}

}  // namespace laminar
