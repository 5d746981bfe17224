#include "runtime/plan/analysis/joins/join_conditions.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "parser/ast/builders.h"
#include "parser/text/interval_text.h"
#include "parser/text/interval_unit.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

using ast::OperatorKind;

/// Days of a unit that has no fixed length, as intervals are compared: a month is 30 days. 0 for others.
std::uint64_t compared_days(std::string_view unit) noexcept {
    if (unit == "MONTH") return 30;
    if (unit == "QUARTER") return 3 * 30;
    if (unit == "YEAR") return 12 * 30;
    if (unit == "DECADE") return 120 * 30;
    return unit == "CENTURY" ? 1200 * 30 : 0;
}

/// An interval of fixed length that compares as the interval does; nullopt where that cannot be told from its text.
std::optional<ast::Expression> as_compared(const ast::Expression& expression) {
    const auto* interval = std::get_if<ast::IntervalLiteral>(&without_parentheses(expression).node);
    const auto* literal = interval && interval->value ? std::get_if<ast::Literal>(&interval->value->node) : nullptr;
    if (!literal) return std::nullopt;
    if (parse_fixed_interval(literal->text, interval->unit)) return expression;
    std::istringstream words(interval->unit.empty() ? literal->text : literal->text + ' ' + interval->unit);
    std::string text;
    std::uint32_t count = 0;
    for (std::string unit; words >> count >> unit;) {
        const std::uint64_t days = compared_days(interval_unit(unit));
        text += days == 0 ? fmt::format("{} {} ", count, unit) : fmt::format("{} days ", count * days);
    }
    if (!words.eof() || text.empty() || !parse_fixed_interval(text)) return std::nullopt;
    return ast::Expression{expression.span, ast::IntervalLiteral{make_string(text, expression.span), {}}};
}

/// x - y <= c is x <= y + c, where c is as long whatever it is added to.
void move_difference(ast::Expression& left, ast::Expression& right) {
    const ast::Expression plain = without_parentheses(left);
    const auto* difference = std::get_if<ast::Binary>(&plain.node);
    if (!difference || !difference->op.is(OperatorKind::subtract) || !contains_column(*difference->left) ||
        !contains_column(*difference->right) || contains_column(right))
        return;
    const std::optional<ast::Expression> distance = as_compared(right);
    if (!distance) return;
    right = make_binary(*difference->right, OperatorKind::add, *distance);
    left = *difference->left;
}

}  // namespace

std::vector<TimeOrder> orders_in(const ast::Expression& part) {
    std::vector<TimeOrder> orders;
    const auto compare = [&](ast::Expression left, OperatorKind op, ast::Expression right) {
        move_difference(left, right);
        move_difference(right, left);
        const bool equal = op == OperatorKind::equal;
        if (equal || op == OperatorKind::less || op == OperatorKind::less_equal) orders.push_back({left, right});
        if (equal || op == OperatorKind::greater || op == OperatorKind::greater_equal) orders.push_back({right, left});
    };
    if (const auto* binary = std::get_if<ast::Binary>(&part.node)) {
        compare(*binary->left, binary->op.kind(), *binary->right);
    } else if (const auto* between = std::get_if<ast::Between>(&part.node); between && !between->negated) {
        compare(*between->operand, OperatorKind::greater_equal, *between->low);
        compare(*between->operand, OperatorKind::less_equal, *between->high);
    } else if (const auto* is = std::get_if<ast::Is>(&part.node);
               is && is->test == ast::Is::Test::distinct_from && is->negated) {
        compare(*is->operand, OperatorKind::equal, *is->right);
    }
    return orders;
}

bool is_inner(const ast::Join& join) {
    return join.kind == ast::Join::Kind::inner || join.kind == ast::Join::Kind::cross;
}

bool filters_in_where(const ast::Join& join, std::size_t side) {
    using Kind = ast::Join::Kind;
    if (is_inner(join)) return !join.asof || side == 0;
    if (join.kind == Kind::right) return side == 1;
    return side == 0 && join.kind != Kind::full;
}
bool filters_in_condition(const ast::Join& join, std::size_t side) {
    using Kind = ast::Join::Kind;
    if (join.asof || join.kind == Kind::full) return false;
    if (is_inner(join) || join.kind == Kind::semi) return true;
    return side == (join.kind == Kind::right ? 0U : 1U);
}

}  // namespace laminar
