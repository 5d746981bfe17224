#include "parser/write/sql_writer_binding.h"

#include <variant>

namespace laminar {
namespace {

using ast::OperatorKind;

bool is_arrow(const ast::Binary& binary) { return binary.op.is(OperatorKind::json_value); }

/// Where the operator stands among its neighbours. The JSON arrow is treated apart: DuckDB gives it less.
Binding operator_binding(OperatorKind op) {
    switch (op) {
        case OperatorKind::disjunction:
            return Binding::disjunction;
        case OperatorKind::conjunction:
            return Binding::conjunction;
        case OperatorKind::add:
        case OperatorKind::subtract:
            return Binding::sum;
        case OperatorKind::multiply:
        case OperatorKind::divide:
        case OperatorKind::divide_whole:
        case OperatorKind::remainder:
            return Binding::product;
        case OperatorKind::power:
            return Binding::power;
        default:
            return is_comparison(op) ? Binding::comparison : Binding::other_operator;
    }
}

Binding tighter(Binding binding) { return static_cast<Binding>(static_cast<int>(binding) + 1); }

Binding unary_binding(OperatorKind op) {
    if (op == OperatorKind::negation) return Binding::negation;
    return is_sum(op) ? Binding::sign : Binding::other_operator;
}

bool is_glob_negation(const ast::Like& like) { return like.negated && like.op == "GLOB"; }

struct BindingOf {
    SqlDialect dialect;

    Binding operator()(const ast::Literal& literal) const {
        if (literal.text.starts_with('-') && literal.kind != ast::LiteralKind::string) return Binding::sign;
        return literal.kind == ast::LiteralKind::string ? Binding::indexable : Binding::primary;
    }
    Binding operator()(const ast::Unary& unary) const { return unary_binding(unary.op.kind()); }
    Binding operator()(const ast::Binary& binary) const {
        // To DuckDB's parser ->> ends every operator before it, even AND, so it stands in brackets as -> does.
        return is_arrow(binary) || binary.op.is(OperatorKind::json_text) ? Binding::arrow
                                                                         : operator_binding(binary.op.kind());
    }
    Binding operator()(const ast::FunctionCall& call) const {
        const bool plain = call.within_group.empty() && !call.filter && !call.over;
        return plain ? Binding::indexable : Binding::primary;
    }
    Binding operator()(const ast::Cast& cast) const {
        return cast.style == ast::Cast::Style::colons ? Binding::cast : Binding::primary;
    }
    Binding operator()(const ast::In&) const { return Binding::pattern; }
    Binding operator()(const ast::Between&) const { return Binding::pattern; }
    Binding operator()(const ast::Like& like) const {
        return is_glob_negation(like) && dialect == SqlDialect::duckdb ? Binding::negation : Binding::pattern;
    }
    Binding operator()(const ast::Is&) const { return Binding::is_test; }
    Binding operator()(const ast::Exists& exists) const {
        return exists.negated ? Binding::negation : Binding::primary;
    }
    Binding operator()(const ast::Quantified&) const { return Binding::comparison; }
    Binding operator()(const ast::Lambda&) const { return Binding::lambda; }
    Binding operator()(const ast::Collate&) const { return Binding::collation; }
    Binding operator()(const ast::AtTimeZone&) const { return Binding::time_zone; }
    Binding operator()(const ast::ColumnReference&) const { return Binding::indexable; }
    Binding operator()(const ast::ListLiteral&) const { return Binding::indexable; }
    Binding operator()(const ast::Subscript&) const { return Binding::indexable; }
    Binding operator()(const ast::FieldAccess&) const { return Binding::indexable; }
    Binding operator()(const ast::Parenthesized&) const { return Binding::indexable; }
    template <class Other>
    Binding operator()(const Other&) const {
        return Binding::primary;
    }
};

struct FirstOperand {
    const ast::Expression* operator()(const ast::Binary& node) const { return &*node.left; }
    const ast::Expression* operator()(const ast::Cast& node) const {
        return node.style == ast::Cast::Style::colons ? &*node.operand : nullptr;
    }
    const ast::Expression* operator()(const ast::In& node) const { return &*node.operand; }
    const ast::Expression* operator()(const ast::Between& node) const { return &*node.operand; }
    const ast::Expression* operator()(const ast::Like& node) const { return &*node.operand; }
    const ast::Expression* operator()(const ast::Is& node) const { return &*node.operand; }
    const ast::Expression* operator()(const ast::Quantified& node) const { return &*node.operand; }
    const ast::Expression* operator()(const ast::Subscript& node) const { return &*node.operand; }
    const ast::Expression* operator()(const ast::FieldAccess& node) const { return &*node.operand; }
    const ast::Expression* operator()(const ast::Collate& node) const { return &*node.operand; }
    const ast::Expression* operator()(const ast::AtTimeZone& node) const { return &*node.operand; }
    template <class Other>
    const ast::Expression* operator()(const Other&) const {
        return nullptr;
    }
};

Binding required_of_left_operand(const ast::Binary& binary) {
    const auto* left = std::get_if<ast::Binary>(&binary.left->node);
    // a -> 'b' -> 'c' chains; anything else beside an arrow is bracketed, since DuckDB gives the arrow so little.
    if (is_arrow(binary)) return left != nullptr && is_arrow(*left) ? Binding::arrow : Binding::other_operator;
    const Binding own = operator_binding(binary.op.kind());
    return own == Binding::comparison ? Binding::other_operator : own;
}

}  // namespace

Binding binding_of(const ast::Expression& expression, SqlDialect dialect) {
    return std::visit(BindingOf{dialect}, expression.node);
}

const ast::Expression* first_operand(const ast::Expression& expression) {
    return std::visit(FirstOperand{}, expression.node);
}

Binding required_of_first_operand(const ast::Expression& expression) {
    if (const auto* binary = std::get_if<ast::Binary>(&expression.node)) return required_of_left_operand(*binary);
    if (const auto* access = std::get_if<ast::FieldAccess>(&expression.node)) {
        // a.b would be a column b of the relation a.
        const auto& operand = access->operand->node;
        const bool calls = std::holds_alternative<ast::FunctionCall>(operand);
        const bool indexes =
            std::holds_alternative<ast::Subscript>(operand) || std::holds_alternative<ast::FieldAccess>(operand);
        const bool bracketed = std::holds_alternative<ast::Parenthesized>(operand);
        return calls || indexes || bracketed ? Binding::indexable : Binding::never;
    }
    if (std::holds_alternative<ast::Subscript>(expression.node)) return Binding::indexable;
    if (std::holds_alternative<ast::Cast>(expression.node)) return Binding::cast;
    if (std::holds_alternative<ast::Collate>(expression.node)) return Binding::collation;
    if (std::holds_alternative<ast::AtTimeZone>(expression.node)) return Binding::time_zone;
    if (std::holds_alternative<ast::Is>(expression.node)) return Binding::pattern;
    return Binding::other_operator;
}

Binding required_of_right_operand(const ast::Binary& binary) {
    // Laminar reads == as one of the operators like ||, and they group from the left.
    if (is_arrow(binary) || binary.op.text() == "==") return Binding::sum;
    const Binding own = operator_binding(binary.op.kind());
    return own == Binding::comparison ? Binding::other_operator : tighter(own);
}

}  // namespace laminar
