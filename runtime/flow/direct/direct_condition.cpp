#include "runtime/flow/direct/direct_condition.h"

#include <algorithm>
#include <utility>

#include "runtime/flow/direct/direct_comparison.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

using Condition = std::unique_ptr<DirectCondition>;

Truth opposite(Truth truth) {
    if (truth == Truth::unknown) return truth;
    return truth == Truth::yes ? Truth::no : Truth::yes;
}

/// AND: the least of the truths; OR: the greatest.
class Junction final : public DirectCondition {
public:
    Junction(bool is_conjunction, std::vector<Condition> parts)
        : decisive_(is_conjunction ? Truth::no : Truth::yes), parts_(std::move(parts)) {}

    [[nodiscard]] Truth of(const DirectRows& rows, std::size_t row) const override {
        Truth truth = opposite(decisive_);
        for (const Condition& part : parts_) {
            const Truth each = part->of(rows, row);
            if (each == decisive_) return decisive_;
            if (each == Truth::unknown) truth = Truth::unknown;
        }
        return truth;
    }

private:
    Truth decisive_;
    std::vector<Condition> parts_;
};

class Negation final : public DirectCondition {
public:
    explicit Negation(Condition operand) : operand_(std::move(operand)) {}
    [[nodiscard]] Truth of(const DirectRows& rows, std::size_t row) const override {
        return opposite(operand_->of(rows, row));
    }

private:
    Condition operand_;
};

class IsNull final : public DirectCondition {
public:
    explicit IsNull(std::size_t column) : column_(column) {}
    [[nodiscard]] Truth of(const DirectRows& rows, std::size_t row) const override {
        return rows.columns[column_]->is_valid(row) ? Truth::no : Truth::yes;
    }

private:
    std::size_t column_;
};

class BooleanColumn final : public DirectCondition {
public:
    explicit BooleanColumn(std::size_t column) : column_(column) {}
    [[nodiscard]] Truth of(const DirectRows& rows, std::size_t row) const override {
        const ColumnVector& column = *rows.columns[column_];
        if (!column.is_valid(row)) return Truth::unknown;
        return column.values<std::uint8_t>()[row] != 0 ? Truth::yes : Truth::no;
    }

private:
    std::size_t column_;
};

Condition negated_if(bool negated, Condition condition) {
    if (!negated || !condition) return condition;
    return std::make_unique<Negation>(std::move(condition));
}

/// Null as soon as one of the parts is.
Condition join(bool is_conjunction, std::vector<Condition> parts) {
    if (std::any_of(parts.begin(), parts.end(), [](const Condition& part) { return part == nullptr; })) return nullptr;
    return std::make_unique<Junction>(is_conjunction, std::move(parts));
}

Condition make_binary_condition(const ast::Binary& binary, DirectColumns& columns) {
    const ast::OperatorKind kind = binary.op.kind();
    if (ast::is_comparison(kind)) return make_direct_comparison(kind, *binary.left, *binary.right, columns);
    if (kind != ast::OperatorKind::conjunction && kind != ast::OperatorKind::disjunction) return nullptr;
    // However many there are, none of them is within another.
    std::vector<Condition> parts;
    const ast::Binary* next = &binary;
    while (true) {
        parts.push_back(make_direct_condition(*next->right, columns));
        if (!parts.back()) return nullptr;
        const ast::Expression& left = without_parentheses(*next->left);
        const auto* further = std::get_if<ast::Binary>(&left.node);
        if (!further || !further->op.is(kind)) {
            parts.push_back(make_direct_condition(left, columns));
            break;
        }
        next = further;
    }
    std::reverse(parts.begin(), parts.end());
    return join(kind == ast::OperatorKind::conjunction, std::move(parts));
}

Condition make_range(const ast::Between& between, DirectColumns& columns) {
    std::vector<Condition> parts;
    parts.push_back(make_direct_comparison(ast::OperatorKind::greater_equal, *between.operand, *between.low, columns));
    parts.push_back(make_direct_comparison(ast::OperatorKind::less_equal, *between.operand, *between.high, columns));
    return negated_if(between.negated, join(true, std::move(parts)));
}

Condition make_choice(const ast::In& in, DirectColumns& columns) {
    if (in.query || in.list || in.values.empty()) return nullptr;
    std::vector<Condition> parts;
    for (const ast::Expression& value : in.values)
        parts.push_back(make_direct_comparison(ast::OperatorKind::equal, *in.operand, value, columns));
    return negated_if(in.negated, join(false, std::move(parts)));
}

}  // namespace

std::unique_ptr<DirectCondition> make_direct_condition(const ast::Expression& expression, DirectColumns& columns) {
    const ast::Expression& bare = without_parentheses(expression);
    if (const auto* binary = std::get_if<ast::Binary>(&bare.node)) return make_binary_condition(*binary, columns);
    if (const auto* unary = std::get_if<ast::Unary>(&bare.node)) {
        if (!unary->op.is(ast::OperatorKind::negation)) return nullptr;
        return negated_if(true, make_direct_condition(*unary->operand, columns));
    }
    if (const auto* between = std::get_if<ast::Between>(&bare.node)) return make_range(*between, columns);
    if (const auto* in = std::get_if<ast::In>(&bare.node)) return make_choice(*in, columns);
    if (const auto* is = std::get_if<ast::Is>(&bare.node)) {
        const auto column = is->test == ast::Is::Test::null ? columns.find(*is->operand) : std::nullopt;
        return column ? negated_if(is->negated, std::make_unique<IsNull>(*column)) : nullptr;
    }
    const auto column = columns.find(bare);
    if (!column || columns.type(*column).id != TypeId::boolean) return nullptr;
    return std::make_unique<BooleanColumn>(*column);
}

}  // namespace laminar
