#include "runtime/plan/expressions/failing_expressions.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

using ast::OperatorKind;

bool is_approximate(TypeId type) { return type == TypeId::float32 || type == TypeId::float64; }

/// How many whole numbers a signed type has; 0 for other types.
int width_of(TypeId type) {
    switch (type) {
        case TypeId::tinyint:
            return 1;
        case TypeId::smallint:
            return 2;
        case TypeId::integer:
            return 4;
        case TypeId::bigint:
            return 8;
        case TypeId::hugeint:
            return 16;
        default:
            return 0;
    }
}

/// Functions that have a value, or NULL, for all arguments of their types.
bool always_has_a_value(const std::string& name) {
    static constexpr std::array<std::string_view, 33> names{"coalesce",
                                                            "concat",
                                                            "concat_ws",
                                                            "ceil",
                                                            "ceiling",
                                                            "contains",
                                                            "day",
                                                            "dayname",
                                                            "dayofweek",
                                                            "dayofyear",
                                                            "ends_with",
                                                            "floor",
                                                            "hour",
                                                            "isfinite",
                                                            "isnan",
                                                            "json_valid",
                                                            "laminar_valid_json",
                                                            "len",
                                                            "length",
                                                            "lower",
                                                            "minute",
                                                            "month",
                                                            "round",
                                                            "second",
                                                            "starts_with",
                                                            "struct_extract",
                                                            "struct_pack",
                                                            "trim",
                                                            "trunc",
                                                            "typeof",
                                                            "upper",
                                                            "year",
                                                            "suffix"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_text(TypeId type) noexcept { return type == TypeId::varchar || type == TypeId::json; }

TypeId FailureTest::type_of(const ast::Expression& expression) const {
    const auto type = type_of_(expression);
    return type ? type->id : TypeId::unknown;
}

bool FailureTest::may_any_child_fail(const ast::Expression& expression) const {
    bool found = false;
    ast::for_each_child_of_expression(
        expression, [&](const ast::Expression& child) { found = found || may_fail(child); },
        [&](const ast::Query&) { found = true; });
    return found;
}

bool FailureTest::may_fail(const ast::Expression& expression) const {
    if (is_value_ && is_value_(expression)) return false;
    // What is the same for all rows is computed when the statement is prepared.
    if (!may_vary(expression)) return false;
    if (const auto* binary = std::get_if<ast::Binary>(&expression.node)) return may_fail(*binary, expression);
    if (const auto* call = std::get_if<ast::FunctionCall>(&expression.node)) return may_fail(*call, expression);
    if (const auto* cast = std::get_if<ast::Cast>(&expression.node))
        return !casts_safely(*cast, expression) || may_any_child_fail(expression);
    if (const auto* window = std::get_if<ast::TimeWindow>(&expression.node)) return may_fail(*window, expression);
    if (std::holds_alternative<ast::PresentTime>(expression.node)) return false;
    if (const auto* unary = std::get_if<ast::Unary>(&expression.node)) {
        const bool has_a_value = unary->op.is(OperatorKind::negation) || unary->op.is(OperatorKind::add);
        return (!has_a_value && !is_approximate(type_of(expression))) || may_any_child_fail(expression);
    }
    if (const auto* between = std::get_if<ast::Between>(&expression.node))
        return compares_text(*between->operand, *between->low) || compares_text(*between->operand, *between->high) ||
               may_any_child_fail(expression);
    if (const auto* in = std::get_if<ast::In>(&expression.node))
        return in->list ||
               std::any_of(in->values.begin(), in->values.end(),
                           [&](const ast::Expression& value) { return compares_text(*in->operand, value); }) ||
               may_any_child_fail(expression);
    if (const auto* is = std::get_if<ast::Is>(&expression.node))
        return (is->right && compares_text(*is->operand, *is->right)) || may_any_child_fail(expression);
    if (const auto* cases = std::get_if<ast::Case>(&expression.node)) {
        for (const ast::CaseBranch& branch : cases->branches) {
            if (cases->operand && compares_text(*cases->operand, branch.condition)) return true;
        }
        return may_any_child_fail(expression);
    }
    const bool is_plain = std::holds_alternative<ast::ColumnReference>(expression.node) ||
                          std::holds_alternative<ast::Star>(expression.node) ||
                          std::holds_alternative<ast::Parenthesized>(expression.node) ||
                          std::holds_alternative<ast::Like>(expression.node) ||
                          std::holds_alternative<ast::StructLiteral>(expression.node) ||
                          std::holds_alternative<ast::Tuple>(expression.node) ||
                          std::holds_alternative<ast::ListLiteral>(expression.node) ||
                          std::holds_alternative<ast::FieldAccess>(expression.node) ||
                          std::holds_alternative<ast::Collate>(expression.node);
    return !is_plain || may_any_child_fail(expression);
}

bool FailureTest::may_fail(const ast::Binary& binary, const ast::Expression& whole) const {
    const OperatorKind op = binary.op.kind();
    const bool adds_interval =
        is_sum(op) && std::holds_alternative<ast::IntervalLiteral>(binary.right->node) && !may_vary(*binary.right);
    const bool has_a_value =
        op == OperatorKind::conjunction || op == OperatorKind::disjunction || op == OperatorKind::concatenate;
    if (is_comparison(op)) {
        if (compares_text(*binary.left, *binary.right)) return true;
    } else if (!adds_interval && !has_a_value) {
        const bool is_known = is_sum(op) || op == OperatorKind::multiply || op == OperatorKind::divide;
        if (!is_known || !is_approximate(type_of(whole))) return true;
    }
    return may_any_child_fail(whole);
}

bool FailureTest::may_fail(const ast::FunctionCall& call, const ast::Expression& whole) const {
    if (call.over) return true;
    if (is_present_time(whole) && call.arguments.empty()) return false;
    const std::string name = called_function(whole);
    if (name == "time_bucket" || name == "date_trunc" || name == "datetrunc") {
        for (std::size_t index = 0; index < call.arguments.size(); ++index) {
            if (index != 1 && may_vary(call.arguments[index].value)) return true;
        }
        return may_any_child_fail(whole);
    }
    return !always_has_a_value(name) || may_any_child_fail(whole);
}

bool FailureTest::may_fail(const ast::TimeWindow& window, const ast::Expression& whole) const {
    if (window.kind != ast::TimeWindow::Kind::tumble) return true;
    if (const auto structure = written_structure(whole)) return may_fail(ast::Expression{whole.span, *structure});
    return may_vary(*window.size) || (window.offset && may_vary(*window.offset)) || may_any_child_fail(whole);
}

bool FailureTest::casts_safely(const ast::Cast& cast, const ast::Expression& whole) const {
    if (cast.style == ast::Cast::Style::try_cast) return true;
    const auto to = type_of_(whole);
    if (!to) return false;
    if (to->id == TypeId::varchar) return true;
    const auto from = type_of_(*cast.operand);
    if (!from) return false;
    if (*from == *to) return true;
    const int from_width = width_of(from->id);
    return from_width > 0 && (is_approximate(to->id) || width_of(to->id) >= from_width);
}

bool FailureTest::compares_text(const ast::Expression& left, const ast::Expression& right) const {
    const auto is_string = [](const ast::Expression& each) {
        const auto* literal = std::get_if<ast::Literal>(&without_parentheses(each).node);
        return literal && (literal->kind == ast::LiteralKind::string || literal->kind == ast::LiteralKind::null);
    };
    // A string becomes a value of the other type when the statement is prepared.
    if (is_string(left) || is_string(right)) return false;
    const TypeId left_type = type_of(left);
    const TypeId right_type = type_of(right);
    if (left_type == TypeId::unknown || right_type == TypeId::unknown) return true;
    const auto other_than_text = [](TypeId type) { return !is_text(type) && type != TypeId::enumeration; };
    return (is_text(left_type) && other_than_text(right_type)) || (is_text(right_type) && other_than_text(left_type));
}

}  // namespace laminar
