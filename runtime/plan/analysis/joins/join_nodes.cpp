// The times of a join, and the node that it becomes.
#include <algorithm>

#include "parser/ast/builders.h"
#include "runtime/plan/analysis/joins/join_planner.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

void LogicalPlanner::JoinPlanner::find_times() {
    for (const ast::Expression& condition : plain_conditions_) {
        for (const TimeOrder& order : orders_in(condition)) take_order(order);
    }
}

void LogicalPlanner::JoinPlanner::take_order(const TimeOrder& order) {
    const unsigned small_side = sides_of(order.smaller);
    const unsigned large_side = sides_of(order.larger);
    if ((small_side | large_side) != 3 || small_side == large_side || small_side == 3 || large_side == 3) return;
    const std::size_t small = small_side == 1 ? 0 : 1;
    const std::size_t large = 1 - small;
    const TimeTracer tracer = planner_.make_tracer();
    const auto small_key = tracer.trace(order.smaller, from(small));
    const auto large_key = tracer.trace(order.larger, from(large));
    if (!small_key || !large_key) return;
    take_time(small, order.smaller);
    take_time(large, order.larger);
    // Whatever is still to come on the smaller side is at least its watermark: larger values below that are done.
    sides_[large].expiries.push_back({as_side_value(order.larger, *large_key), as_timestamps(*small_key)});
    ast::Expression smaller = order.smaller;
    simplify_time(smaller);
    sides_[small].late.emplace_back(as_side_value(std::move(smaller), *small_key), as_timestamps(*small_key));
}

void LogicalPlanner::JoinPlanner::take_time(std::size_t side, const ast::Expression& value) {
    ast::Expression simple = value;
    simplify_time(simple);
    if (sides_[side].time) return;
    const ast::Expression* base = growing_value(simple);
    auto key = base ? planner_.make_tracer().trace(*base, from(side)) : std::nullopt;
    if (!key) {
        // A cast makes a time of what is none.
        base = &simple;
        key = planner_.make_tracer().trace(simple, from(side));
    }
    if (!key) return;
    time_base_[side] = *base;
    time_is_window_[side] = is_window_structure(*key);
    ast::Expression start = time_is_window_[side] ? make_struct_field(*base, "start") : *base;
    to_side_values(start, false);
    sides_[side].time = make_cast(std::move(start), "TIMESTAMP", {});
    sides_[side].key = as_timestamps(*key);
}

ast::Expression LogicalPlanner::JoinPlanner::as_side_value(ast::Expression value, const TimeKey& key) {
    if (is_window_structure(key)) {
        simplify_time(value);
        value = simplified_field(std::move(value), "start");
    }
    to_side_values(value, false);
    return make_cast(std::move(value), "TIMESTAMP", {});
}

void LogicalPlanner::JoinPlanner::join_side_values() {
    ast::Join over_values;
    over_values.kind = conditions_.empty() && join_.kind == Kind::inner ? Kind::cross : join_.kind;
    if (!conditions_.empty() && over_values.kind == Kind::cross) over_values.kind = Kind::inner;
    over_values.asof = join_.asof;
    over_values.left = make_scan(operator_rows_scan, join_side_alias[0]);
    over_values.right = make_scan(operator_rows_scan - 1, join_side_alias[1]);
    over_values.on = boxed_conjunction(conditions_);
    ast::TableReference pair;
    pair.node = std::move(over_values);
    joined_.from = std::move(pair);
}

std::vector<OutputColumn> LogicalPlanner::JoinPlanner::result_columns() const {
    ast::Select over_inputs = joined_;
    auto& described = std::get<ast::Join>(over_inputs.from->node);
    for (std::size_t side = 0; side < 2; ++side) {
        ast::TableReference rows;
        rows.node = ast::DerivedTable{false, make_query(inputs_[side])};
        rows.alias = ast::TableAlias{make_identifier(join_side_alias[side], {}), {}};
        (side == 0 ? described.left : described.right) = std::move(rows);
    }
    return planner_.columns_.of(make_query(std::move(over_inputs)));
}

std::vector<ast::Expression> LogicalPlanner::JoinPlanner::right_keys() {
    std::vector<ast::Expression> keys;
    for (const ast::Expression& condition : plain_conditions_) {
        const auto* binary = std::get_if<ast::Binary>(&condition.node);
        if (!binary || !binary->op.is(ast::OperatorKind::equal)) continue;
        for (const ast::Expression* operand : {&*binary->left, &*binary->right}) {
            if (sides_of(*operand) != 2) continue;
            ast::Expression value = *operand;
            to_side_values(value, false);
            keys.push_back(std::move(value));
        }
    }
    return keys;
}

void LogicalPlanner::JoinPlanner::plan_asof() {
    if (reads_changes())
        planner_.reject(table_.span, "ASOF JOIN cannot take rows that change",
                        "window the rows before they are joined");
    if (!sides_[0].time || !sides_[1].time)
        planner_.reject(table_.span, "ASOF JOIN needs the times of both sides",
                        "compare the event times: ON a.key = b.key AND a.ts >= b.ts");
    if (join_.kind != Kind::inner && join_.kind != Kind::left)
        planner_.reject(table_.span, "ASOF JOIN keeps the rows of the left side alone",
                        "put the stream whose rows are looked up on the right");
    add(logical::AsofJoin{sides_, conditions_, joined_, right_keys()});
    // Rows of the right side may be repeated at any later time.
    show_time(0);
}

bool LogicalPlanner::JoinPlanner::waits_forever() const {
    const bool left_needed = sides_[0].keeps_unmatched || join_.kind == Kind::semi || join_.kind == Kind::anti;
    return (left_needed && sides_[0].expiries.empty()) || (sides_[1].keeps_unmatched && sides_[1].expiries.empty());
}

void LogicalPlanner::JoinPlanner::plan_changing() {
    if (!reads_changes()) planner_.warn_of_unbounded_state(table_.span, "no time bounds how late a partner may come");
    add(logical::ChangingJoin{conditions_, joined_});
    planner_.nodes_.back().node.changes = true;
}

void LogicalPlanner::JoinPlanner::plan_pairs() {
    if (sides_[0].expiries.empty() || sides_[1].expiries.empty())
        planner_.warn_of_unbounded_state(table_.span, "no time bounds how late a partner may come");
    using logical::StreamJoin;
    StreamJoin::Kind kind = StreamJoin::Kind::pairs;
    if (join_.kind == Kind::semi) kind = StreamJoin::Kind::semi;
    if (join_.kind == Kind::anti) kind = StreamJoin::Kind::anti;
    add(StreamJoin{kind, sides_, conditions_, joined_});
    show_time(0);
    if (kind == StreamJoin::Kind::pairs) show_time(1);
}

void LogicalPlanner::JoinPlanner::add(logical::Node::Kind kind) {
    Pending pending;
    pending.node.id = planner_.place_;
    pending.node.span = table_.span;
    pending.node.number = planner_.next_number();
    pending.node.columns = result_columns();
    pending.node.kind = std::move(kind);
    for (const ast::Select& input : inputs_) pending.inputs.push_back(make_query(input));
    planner_.nodes_.push_back(std::move(pending));
}

void LogicalPlanner::JoinPlanner::show_time(std::size_t side) {
    if (!sides_[side].time) return;
    // Unmatched rows have NULL for the other side's time, which no clock says anything about.
    if (sides_[1 - side].keeps_unmatched) return;
    logical::Node& node = planner_.nodes_.back().node;
    const std::size_t clock = planner_.add_output_clock(node.number, side);
    node.output_clocks.push_back(clock);
    for (std::size_t position = 0; position < results_.size(); ++position) {
        if (!ast::same_structure(results_[position].reference, *time_base_[side])) continue;
        ast::Expression value = time_is_window_[side] ? window_at_clock() : make_column("", clock_variable, {});
        node.times.push_back({position, results_[position].name, {{clock, std::move(value)}}});
    }
}

}  // namespace laminar
