// The times of a join, and the operator that it becomes.
#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/plan/joins/join_planner.h"
#include "runtime/plan/time_tracer.h"

namespace laminar {

namespace {

ast::Expression window_at_clock() {
    ast::StructLiteral structure;
    structure.entries.push_back({make_string("start", {}), make_column("", clock_variable, {})});
    structure.entries.push_back({make_string("end", {}), make_column("", clock_variable, {})});
    return {{}, std::move(structure)};
}

}  // namespace

void StreamPlanner::JoinPlanner::find_times() {
    for (const ast::Expression& condition : plain_conditions_) {
        for (const TimeOrder& order : orders_in(condition)) take_order(order);
    }
}

void StreamPlanner::JoinPlanner::take_order(const TimeOrder& order) {
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
    plan_.sides[large].expiries.push_back({as_side_value(order.larger, *large_key), as_timestamps(*small_key)});
    ast::Expression smaller = order.smaller;
    simplify_time(smaller);
    if (is_window_structure(*small_key)) smaller = simplified_field(std::move(smaller), "start");
    late_[small].emplace_back(make_cast(std::move(smaller), "TIMESTAMP", {}), as_timestamps(*small_key));
}

void StreamPlanner::JoinPlanner::take_time(std::size_t side, const ast::Expression& value) {
    ast::Expression simple = value;
    simplify_time(simple);
    const ast::Expression* base = growing_reference(simple);
    if (!base || plan_.sides[side].time) return;
    const auto key = planner_.make_tracer().trace(*base, from(side));
    if (!key) return;
    time_base_[side] = *base;
    time_is_window_[side] = is_window_structure(*key);
    const ast::Expression start = time_is_window_[side] ? make_struct_field(*base, "start") : *base;
    inputs_[side].items.push_back(make_item(make_cast(start, "TIMESTAMP", {}), time_key_column));
    plan_.sides[side].time = as_timestamps(*key);
}

ast::Expression StreamPlanner::JoinPlanner::as_side_value(ast::Expression value, const TimeKey& key) {
    if (is_window_structure(key)) {
        simplify_time(value);
        value = simplified_field(std::move(value), "start");
    }
    to_side_values(value, false);
    return make_cast(std::move(value), "TIMESTAMP", {});
}

void StreamPlanner::JoinPlanner::join_side_values() {
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

void StreamPlanner::JoinPlanner::finish_inputs() {
    for (std::size_t side = 0; side < 2; ++side) {
        ast::Select& input = inputs_[side];
        if (input.items.empty()) input.items.push_back(make_item(make_number(1), "v0"));
        require_computable(input, computations_.take(side));
        plan_.sides[side].input.query = make_query(input);
        plan_.sides[side].input.lateness = planner_.lateness(plan_.sides[side].input.query, late_[side]);
    }
}

std::vector<OutputColumn> StreamPlanner::JoinPlanner::result_columns() const {
    ast::Select over_inputs = joined_;
    auto& described = std::get<ast::Join>(over_inputs.from->node);
    for (std::size_t side = 0; side < 2; ++side) {
        ast::TableReference rows;
        rows.node = ast::DerivedTable{false, plan_.sides[side].input.query};
        rows.alias = ast::TableAlias{make_identifier(join_side_alias[side], {}), {}};
        (side == 0 ? described.left : described.right) = std::move(rows);
    }
    return planner_.columns_.of(make_query(std::move(over_inputs)));
}

void StreamPlanner::JoinPlanner::plan_asof() {
    if (reads_changes())
        planner_.reject(table_.span, "ASOF JOIN cannot take rows that change",
                        "window the rows before they are joined");
    if (!plan_.sides[0].time || !plan_.sides[1].time)
        planner_.reject(table_.span, "ASOF JOIN needs the times of both sides",
                        "compare the event times: ON a.key = b.key AND a.ts >= b.ts");
    for (const ast::Expression& condition : plain_conditions_) {
        const auto* binary = std::get_if<ast::Binary>(&condition.node);
        if (!binary || !binary->op.is(ast::OperatorKind::equal)) continue;
        for (const ast::Expression* operand : {&*binary->left, &*binary->right}) {
            if (sides_of(*operand) != 2) continue;
            ast::Expression value = *operand;
            to_side_values(value, false);
            plan_.asof_keys.push_back(std::move(value));
        }
    }
    if (join_.kind != Kind::inner && join_.kind != Kind::left)
        planner_.reject(table_.span, "ASOF JOIN keeps the rows of the left side alone",
                        "put the stream whose rows are looked up on the right");
    finish_inputs();
    for (JoinPlan::Side& side : plan_.sides)
        side.input.lateness = planner_.lateness(side.input.query, time_key_column, *side.time);
    finish("ASOF join");
}

bool StreamPlanner::JoinPlanner::waits_forever() const {
    const bool left_needed =
        plan_.sides[0].keeps_unmatched || plan_.kind == JoinPlan::Kind::semi || plan_.kind == JoinPlan::Kind::anti;
    return (left_needed && plan_.sides[0].expiries.empty()) ||
           (plan_.sides[1].keeps_unmatched && plan_.sides[1].expiries.empty());
}

void StreamPlanner::JoinPlanner::plan_changing() {
    for (std::size_t side = 0; side < 2; ++side) {
        std::erase_if(inputs_[side].items,
                      [](const ast::SelectItem& item) { return item.alias->text == time_key_column; });
        late_[side].clear();
    }
    finish_inputs();
    if (!reads_changes()) planner_.warn_of_unbounded_state(table_.span, "no time bounds how late a partner may come");
    ChangingPlan changing;
    for (std::size_t side = 0; side < 2; ++side) {
        changing.inputs.push_back(plan_.sides[side].input);
        changing.inputs.back().changes = planner_.reads_changes(from(side));
    }
    std::vector<bool> may_fail;
    for (const ast::Expression& condition : plain_conditions_)
        may_fail.push_back(computations_.may_fail_for_pairs(condition, [&](const ast::Expression& expression) {
            return type_over(planner_.columns_, table_, expression);
        }));
    changing.pairs = try_conditions(joined_, conditions_, may_fail);
    changing.query = make_query(joined_);
    planned_.columns = result_columns();
    planned_.name = "changing join";
    planned_.node = std::move(changing);
    planned_.changes = true;
}

void StreamPlanner::JoinPlanner::plan_pairs() {
    const bool left_unbounded = plan_.sides[0].expiries.empty();
    const bool right_unbounded = plan_.sides[1].expiries.empty();
    if (left_unbounded || right_unbounded)
        planner_.warn_of_unbounded_state(table_.span, "no time bounds how late a partner may come");
    ast::Select matched;
    matched.from = joined_.from;
    std::get<ast::Join>(matched.from->node).kind = conditions_.empty() ? Kind::cross : Kind::inner;
    for (std::size_t side = 0; side < 2; ++side)
        matched.items.push_back(
            make_item(make_column(join_side_alias[side], arrival_column, {}), side == 0 ? "l" : "r"));
    plan_.matched = make_query(std::move(matched));
    finish_inputs();
    finish(left_unbounded && right_unbounded ? "join" : "join bounded in time");
}

void StreamPlanner::JoinPlanner::finish(const char* name) {
    planned_.columns = result_columns();
    planned_.name = name;
    plan_.query = make_query(joined_);
    const bool shows_both = plan_.kind == JoinPlan::Kind::pairs || plan_.kind == JoinPlan::Kind::asof;
    for (std::size_t side = 0; side < (shows_both ? 2U : 1U); ++side) show_time(side);
    planned_.node = std::move(plan_);
}

void StreamPlanner::JoinPlanner::show_time(std::size_t side) {
    if (!plan_.sides[side].time) return;
    // ASOF: rows of the right side may be repeated at any later time.
    if (plan_.kind == JoinPlan::Kind::asof && side == 1) return;
    // Unmatched rows have NULL for the other side's time, which no clock says anything about.
    if (plan_.sides[1 - side].keeps_unmatched) return;
    const StreamPlan& all = planner_.plan_;
    const std::size_t clock = planner_.add_output_clock(all.input_count + all.operators.size(), side);
    planned_.output_clocks.push_back(clock);
    for (const SideValue& result : results_) {
        if (!ast::same_structure(result.reference, *time_base_[side])) continue;
        planned_.time_columns.push_back(
            {result.name, clock, time_is_window_[side] ? window_at_clock() : make_column("", clock_variable, {})});
    }
}

}  // namespace laminar
