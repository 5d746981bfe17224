#include "runtime/plan/expressions/row_computations.h"

#include <algorithm>
#include <utility>

#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/functions/computable.h"
#include "runtime/plan/expressions/group_keys.h"
#include "runtime/plan/expressions/operator_rows.h"

namespace laminar {

namespace {

class RowComputations {
public:
    RowComputations(const ast::Select& block, const FunctionNames& aggregates)
        : block_(block), aggregates_(aggregates) {}

    std::vector<ast::Expression> collect() {
        const auto is_aggregate = [&](const ast::Expression& each) { return is_aggregate_call(each, aggregates_); };
        grouped_ = !block_.group_by.empty() || block_.having;
        for (const ast::SelectItem& item : block_.items) grouped_ = grouped_ || contains(item.value, is_aggregate);
        for (const ast::Expression& expression : block_.distinct_on) take(expression);
        for (const ast::SelectItem& item : block_.items) {
            if (!grouped_ && !contains(item.value, is_window_function))
                take(item.value);
            else
                look_into(item.value);
        }
        for (const ast::GroupingElement& element : block_.group_by)
            ast::for_each_child_of_grouping(element,
                                            [&](const ast::Expression& key) { take(written_out_key(block_, key)); });
        if (block_.having) look_into(*block_.having);
        if (block_.qualify) look_into(*block_.qualify);
        return std::move(computed_);
    }

private:
    void take(const ast::Expression& expression) {
        ast::Expression plain = without_parentheses(expression);
        write_out_aliases(plain, 0);
        if (may_vary(plain)) computed_.push_back(std::move(plain));
    }

    void take_all(const std::vector<ast::OrderItem>& items) {
        for (const ast::OrderItem& item : items) take(item.value);
    }

    void look_into(const ast::Expression& expression) {
        const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
        if (call && (call->over || is_aggregate_call(expression, aggregates_))) {
            for (const ast::FunctionArgument& argument : call->arguments) take(argument.value);
            take_all(call->order_by);
            take_all(call->within_group);
            if (call->filter) take(*call->filter);
            if (!call->over) return;
            for (const ast::Expression& key : call->over->partition_by) take(key);
            take_all(call->over->order_by);
            if (!call->over->frame) return;
            if (call->over->frame->begin.offset) take(*call->over->frame->begin.offset);
            if (call->over->frame->end && call->over->frame->end->offset) take(*call->over->frame->end->offset);
            return;
        }
        ast::for_each_child_of_expression(
            expression, [&](const ast::Expression& child) { look_into(child); }, [](const ast::Query&) {});
    }

    /// Items may refer to others, but not in a circle.
    void write_out_aliases(ast::Expression& expression, std::size_t depth) {
        constexpr std::size_t deepest = 16;
        replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>& bound) {
            const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
            if (!reference) return false;
            const std::string name = fold_case(reference->parts.front().text);
            if (reference->parts.size() != 1 || std::find(bound.begin(), bound.end(), name) != bound.end()) return true;
            for (const ast::SelectItem& item : block_.items) {
                if (depth >= deepest || !item.alias || fold_case(item.alias->text) != name) continue;
                ast::Expression value = item.value;
                write_out_aliases(value, depth + 1);
                each = ast::Expression{each.span, ast::Parenthesized{std::move(value)}};
                break;
            }
            return true;
        });
    }

    const ast::Select& block_;
    const FunctionNames& aggregates_;
    bool grouped_ = false;
    std::vector<ast::Expression> computed_;
};

}  // namespace

std::vector<ast::Expression> computed_of_rows(const ast::Select& block, const FunctionNames& aggregates) {
    return RowComputations(block, aggregates).collect();
}

bool SideComputations::may_fail_for_pairs(const ast::Expression& condition, const FailureTest::TypeOf& type_of) const {
    const ast::Expression& plain = without_parentheses(condition);
    if (has_query(plain) || contains(plain, goes_by_the_moment) || !FailureTest(type_of).may_fail(plain)) return false;
    if (sides_of_(plain) != 3) return true;
    if (const auto* binary = std::get_if<ast::Binary>(&plain.node))
        return !is_comparison(binary->op.kind()) || !is_of_sides(*binary->left, *binary->right);
    if (const auto* between = std::get_if<ast::Between>(&plain.node))
        return !is_of_sides(*between->operand, *between->low) || !is_of_sides(*between->operand, *between->high);
    const auto* is = std::get_if<ast::Is>(&plain.node);
    return !is || !is->right || !is_of_sides(*is->operand, *is->right);
}

bool SideComputations::is_of_sides(const ast::Expression& left, const ast::Expression& right) const {
    return sides_of_(left) < 3 && sides_of_(right) < 3;
}

void SideComputations::add(const ast::Expression& condition) {
    const ast::Expression& plain = without_parentheses(condition);
    // Of one side alone, it is asked of rows that have met a partner by the other conditions.
    if (sides_of_(plain) != 3) return;
    if (const auto* binary = std::get_if<ast::Binary>(&plain.node)) {
        if (is_comparison(binary->op.kind())) compare(*binary->left, *binary->right);
    } else if (const auto* between = std::get_if<ast::Between>(&plain.node)) {
        compare(*between->operand, *between->low);
        compare(*between->operand, *between->high);
    } else if (const auto* is = std::get_if<ast::Is>(&plain.node); is && is->right) {
        compare(*is->operand, *is->right);
    }
}

void SideComputations::compare(const ast::Expression& left, const ast::Expression& right) {
    add_operand(left);
    add_operand(right);
    const unsigned left_sides = sides_of_(left);
    if (left_sides + sides_of_(right) != 3 || left_sides == 0 || left_sides == 3) return;
    const std::size_t left_side = left_sides - 1;
    const auto left_type = type_of_(left_side, left);
    const auto right_type = type_of_(1 - left_side, right);
    if (!left_type || !right_type || is_text(left_type->id) == is_text(right_type->id)) return;
    // The engine makes a value of the other type of the text.
    const bool left_is_text = is_text(left_type->id);
    if ((left_is_text ? *right_type : *left_type).id == TypeId::enumeration) return;
    add_operand(make_cast(left_is_text ? left : right, to_sql(left_is_text ? *right_type : *left_type), {}));
}

void SideComputations::add_operand(const ast::Expression& operand) {
    const unsigned sides = sides_of_(operand);
    if ((sides != 1 && sides != 2) || has_query(operand) || contains(operand, goes_by_the_moment)) return;
    const std::size_t side = sides - 1;
    const FailureTest test([&](const ast::Expression& each) { return type_of_(side, each); });
    if (test.may_fail(operand)) computed_[side].push_back(operand);
}

std::optional<ColumnType> type_over(const RelationColumns& columns, const ast::TableReference& from,
                                    const ast::Expression& expression) {
    ast::Select select;
    select.items.push_back(make_item(expression, "value"));
    select.from = from;
    try {
        return columns.of(make_query(std::move(select))).front().type;
    } catch (const EngineException&) {
        return std::nullopt;
    }
}

void require_computable(ast::Select& input, std::vector<ast::Expression> computed) {
    if (computed.empty()) return;
    ast::Expression& value = input.items.front().value;
    const SourceSpan span = value.span;
    ast::Case cases;
    cases.branches.push_back({make_call(computable_function, std::move(computed), span), std::move(value)});
    value = ast::Expression{span, std::move(cases)};
}

}  // namespace laminar
