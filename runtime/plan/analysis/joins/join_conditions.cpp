#include "runtime/plan/analysis/joins/join_conditions.h"

#include "parser/ast/builders.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

using ast::OperatorKind;

/// x - y <= c is x <= y + c.
void move_difference(ast::Expression& left, ast::Expression& right) {
    const ast::Expression plain = without_parentheses(left);
    const auto* difference = std::get_if<ast::Binary>(&plain.node);
    if (!difference || !difference->op.is(OperatorKind::subtract) || !contains_column(*difference->left) ||
        !contains_column(*difference->right) || contains_column(right))
        return;
    right = make_binary(*difference->right, OperatorKind::add, right);
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
