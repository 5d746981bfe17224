#include "parser/ast/builders.h"
#include "runtime/plan/aggregates/aggregate_parts.h"
#include "runtime/plan/expressions/block_splitter.h"
#include "runtime/plan/logical/composed_query.h"
#include "runtime/plan/stream/stream_lowering.h"

namespace laminar {

namespace {

/// Rows that the order of a window function leaves open are put in the order of all their values: which of them comes
/// first must not change from one computation to the next.
void break_ties(ast::Select& output, const std::vector<OutputColumn>& values) {
    for_each_result_expression(output, [&](ast::Expression& expression) {
        replace_expressions(expression, [&](ast::Expression& each) {
            auto* call = std::get_if<ast::FunctionCall>(&each.node);
            const std::string name = called_function(each);
            // For others, rows of the same rank are peers, which more keys would tell apart.
            if (!call || !call->over || (name != "row_number" && name != "ntile" && name != "lag" && name != "lead"))
                return false;
            for (const OutputColumn& value : values) call->over->order_by.push_back({make_rows_column(value.name)});
            return true;
        });
    });
}

}  // namespace

ChangingPlan StreamLowering::lower(const logical::ChangingAggregate& aggregate, const logical::Node& input) const {
    const ast::Select rows = logical::composed_block(input);
    const auto relations = columns_.relations_of(*rows.from);
    SplitBlock split(rows, aggregate.block, aggregate.groups, relations);
    const std::vector<OutputColumn> values = columns_.of(make_query(split.input()));
    break_ties(split.output(), values);
    ChangingPlan plan;
    plan.query = make_query(split.output());
    plan.groups = aggregate.groups;
    plan.grouped = aggregate.is_grouped;
    if (aggregate.adds_up)
        plan.parts = aggregate_parts(split.output(), plan.groups, values, aggregates_, columns_,
                                     floating_sums(input.in_order), false);
    if (!plan.parts || !plan.parts->can_be_made_with_rows()) split.require_computable(aggregates_, columns_);
    plan.inputs.push_back({make_query(split.input()), {}, input.changes, input.in_order});
    return plan;
}

ChangingPlan StreamLowering::lower(const logical::TopRows& top, const logical::Node& input) const {
    const ast::Select rows = logical::composed_block(input);
    const auto relations = columns_.relations_of(*rows.from);
    SplitBlock split(rows, top.block, {}, relations);
    break_ties(split.output(), columns_.of(make_query(split.input())));
    ChangingPlan plan;
    plan.query = make_query(split.output());
    plan.groups = top.partition;
    plan.grouped = true;
    ast::Select prune;
    prune.items.push_back(make_star());
    prune.from = make_scan(operator_rows_scan, operator_rows_alias);
    prune.qualify =
        make_binary(window_functions_of(split.output()).front(), ast::OperatorKind::less_equal, make_number(top.limit));
    plan.prune = make_query(std::move(prune));
    split.require_computable(aggregates_, columns_);
    plan.inputs.push_back({make_query(split.input()), {}, input.changes, input.in_order});
    return plan;
}

}  // namespace laminar
