#include "runtime/plan/expressions/block_splitter.h"

#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/failing_expressions.h"
#include "runtime/plan/expressions/operator_rows.h"
#include "runtime/plan/expressions/row_computations.h"

namespace laminar {

ast::Expression make_rows_column(std::string_view name) { return make_column(operator_rows_alias, name, {}); }

SplitBlock::SplitBlock(ast::Select select, const std::vector<FromRelation>& relations) : relations_(relations) {
    input_.from = std::move(select.from);
    input_.where = std::move(select.where);
    input_.sample = std::move(select.sample);
    select.from = {};
    select.where = {};
    select.sample.clear();
    output_ = std::move(select);
    for_each_result_expression(output_, [&](ast::Expression& expression) { move_above(expression); });
    output_.from = make_scan(operator_rows_scan, operator_rows_alias);
}

SplitBlock::SplitBlock(ast::Select input, ast::Select output, std::vector<ast::Expression> groups,
                       const std::vector<FromRelation>& relations)
    : relations_(relations), input_(std::move(input)), output_(std::move(output)), groups_(std::move(groups)) {
    for (const ast::SelectItem& item : input_.items) {
        names_.take(item.alias->text);
        values_.push_back({item.alias->text, item.value});
    }
}

void SplitBlock::move_above(ast::Expression& expression) {
    replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>& bound) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference) return false;
        if (std::find(bound.begin(), bound.end(), fold_case(reference->parts.front().text)) != bound.end()) return true;
        const auto resolved = resolve(*reference, relations_);
        if (!resolved) return true;  // An alias of an item.
        // Fields are taken above, so that a field of a grouping key is seen to be one.
        ast::ColumnReference whole = *reference;
        whole.parts.resize(whole.parts.size() - resolved->fields.size());
        each.node = std::move(whole);
        const SourceSpan span = each.span;
        each = make_column(operator_rows_alias, add_named_value(each), span);
        for (const std::string& field : resolved->fields) each = make_struct_field(std::move(each), field);
        return true;
    });
}

const std::string& SplitBlock::add_named_value(const ast::Expression& expression) {
    const auto known = std::find_if(values_.begin(), values_.end(), [&](const Value& value) {
        return ast::same_structure(value.expression, expression);
    });
    if (known != values_.end()) return known->name;
    const std::string name = names_.add(shown_name(expression));
    input_.items.push_back(make_item(expression, name));
    return values_.emplace_back(Value{name, expression}).name;
}

void SplitBlock::evaluate_early(const FunctionNames& aggregates) {
    for_each_result_expression(output_, [&](ast::Expression& expression) {
        replace_expressions(expression, [&](ast::Expression& each) {
            if (!is_aggregate_call(each, aggregates)) return false;
            evaluate_arguments_early(std::get<ast::FunctionCall>(each.node));
            return true;
        });
    });
}

void SplitBlock::evaluate_arguments_early(ast::FunctionCall& call) {
    const auto move = [&](ast::Expression& expression) {
        const ast::Expression& plain = without_parentheses(expression);
        if (!contains(plain, goes_by_the_moment) || !reads_values_alone(plain)) return;
        const ast::Expression moved = below(plain);
        expression = make_column(operator_rows_alias, add_named_value(moved), expression.span);
    };
    for (ast::FunctionArgument& argument : call.arguments) move(argument.value);
    for (ast::OrderItem& item : call.order_by) move(item.value);
    if (call.filter) move(*call.filter);
}

bool SplitBlock::reads_values_alone(const ast::Expression& expression) const {
    return !contains(expression, [&](const ast::Expression& each) {
        if (const auto* reference = std::get_if<ast::ColumnReference>(&each.node)) {
            return reference->parts.size() != 2 || reference->parts[0].text != operator_rows_alias ||
                   std::none_of(values_.begin(), values_.end(),
                                [&](const Value& value) { return value.name == reference->parts[1].text; });
        }
        const auto* in = std::get_if<ast::In>(&each.node);
        const auto* call = std::get_if<ast::FunctionCall>(&each.node);
        return std::holds_alternative<ast::Subquery>(each.node) || std::holds_alternative<ast::Exists>(each.node) ||
               std::holds_alternative<ast::Quantified>(each.node) || std::holds_alternative<ast::Star>(each.node) ||
               std::holds_alternative<ast::Lambda>(each.node) ||
               std::holds_alternative<ast::ListComprehension>(each.node) || (in && in->query) || (call && call->over);
    });
}

void SplitBlock::require_computable(const FunctionNames& aggregates, const RelationColumns& columns) {
    const FailureTest test(
        [&](const ast::Expression& expression) { return type_over(columns, *input_.from, expression); });
    std::vector<ast::Expression> computed;
    ast::ExpressionSet known;
    for (const ast::Expression& above : computed_of_rows(output_, aggregates)) {
        ast::Expression expression = below(above);
        if (known.insert(expression).second && is_of_one_row(expression, aggregates) && test.may_fail(expression))
            computed.push_back(std::move(expression));
    }
    if (!computed.empty() && input_.items.empty()) add_value(make_number(1), "c0");
    laminar::require_computable(input_, std::move(computed));
}

/// Over FROM: nothing but the columns of a row, and what has the same value whenever it is asked for.
bool SplitBlock::is_of_one_row(const ast::Expression& expression, const FunctionNames& aggregates) const {
    bool is_one = !has_query(expression) && !contains(expression, [&](const ast::Expression& each) {
        const auto* call = std::get_if<ast::FunctionCall>(&each.node);
        return std::holds_alternative<ast::Star>(each.node) || (call && call->over) ||
               is_aggregate_call(each, aggregates) || goes_by_the_moment(each);
    });
    ast::Expression copy = expression;
    replace_free_expressions(copy, [&](ast::Expression& each, const std::vector<std::string>& bound) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference) return false;
        const bool is_bound =
            std::find(bound.begin(), bound.end(), fold_case(reference->parts.front().text)) != bound.end();
        is_one = is_one && (is_bound || resolve(*reference, relations_));
        return true;
    });
    return is_one;
}

ast::Expression SplitBlock::below(ast::Expression expression) const {
    replace_expressions(expression, [&](ast::Expression& each) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference || reference->parts.size() != 2 || reference->parts[0].text != operator_rows_alias) return false;
        for (const Value& value : values_) {
            if (value.name == reference->parts[1].text) {
                each = value.expression;
                break;
            }
        }
        return true;
    });
    return expression;
}

void SplitBlock::add_value(ast::Expression value, std::string_view name) {
    input_.items.push_back(make_item(std::move(value), name));
}

}  // namespace laminar
