#include "parser/ast/builders.h"
#include "runtime/plan/expressions/block_splitter.h"
#include "runtime/plan/logical/composed_query.h"
#include "runtime/plan/stream/exact_frames.h"
#include "runtime/plan/stream/stream_lowering.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

namespace {

/// Rows of the same time keep the order in which they came.
void order_by_arrival_too(ast::Select& output) {
    for_each_result_expression(output, [](ast::Expression& expression) {
        replace_expressions(expression, [](ast::Expression& each) {
            auto* call = std::get_if<ast::FunctionCall>(&each.node);
            if (!call || !call->over) return false;
            const bool by_range = call->over->frame && call->over->frame->unit == ast::WindowFrame::Unit::range;
            // A RANGE frame takes one sort key, and does not care about ties.
            if (!by_range) call->over->order_by.push_back({make_column(operator_rows_alias, arrival_column, {})});
            return false;
        });
    });
}

}  // namespace

OverPlan StreamLowering::lower(const logical::OverTime& over, const logical::Node& input) const {
    const ast::Select rows = logical::composed_block(input);
    const auto relations = columns_.relations_of(*rows.from);
    SplitBlock split(rows, over.block, {}, relations);
    ast::Select& output = split.output();
    sum_up_frames_exactly(output, columns_.of(make_query(split.input())), columns_);
    order_by_arrival_too(output);
    ast::Expression time = split.below(over.time);
    simplify_time(time);
    if (is_window_structure(over.key)) time = simplified_field(std::move(time), "start");
    split.add_value(make_cast(time, "TIMESTAMP", {}), time_key_column);
    OverPlan plan;
    plan.frames = over.frames;
    const TimeKey timestamps = as_timestamps(over.key);
    if (!over.at_once) plan.key = timestamps;
    split.require_computable(aggregates_, columns_);
    plan.input.query = make_query(split.input());
    plan.input.in_order = input.in_order;
    plan.input.lateness = lateness(plan.input.query, time_key_column, timestamps);
    output.items.push_back(make_item(make_column(operator_rows_alias, arrival_column, {}), arrival_column));
    plan.query = make_query(output);
    return plan;
}

}  // namespace laminar
