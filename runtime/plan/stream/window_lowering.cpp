#include "parser/ast/builders.h"
#include "runtime/plan/aggregates/aggregate_parts.h"
#include "runtime/plan/expressions/block_splitter.h"
#include "runtime/plan/logical/composed_query.h"
#include "runtime/plan/stream/exact_frames.h"
#include "runtime/plan/stream/stream_lowering.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

namespace {

/// SELECT *, key AS "__key" FROM (input).
ast::Query with_time_key(ast::Select input, ast::Expression key) {
    ast::Select outer;
    outer.items.push_back(make_star());
    outer.items.push_back(make_item(make_cast(std::move(key), "TIMESTAMP", {}), time_key_column));
    ast::TableReference inner;
    inner.node = ast::DerivedTable{false, make_query(std::move(input))};
    inner.alias = ast::TableAlias{make_identifier("__input", {}), {}};
    outer.from = std::move(inner);
    return make_query(std::move(outer));
}

}  // namespace

std::optional<ast::Expression> StreamLowering::same_over_rows(SplitBlock& split, const ast::Expression& value) const {
    std::optional<ast::Expression> same;
    const auto look_at = [&](const ast::Expression& candidate) {
        if (!same && ast::same_structure(split.below(candidate), value)) same = candidate;
    };
    for (const ast::Expression& group : split.groups()) {
        look_at(group);
        const auto structure = written_structure(group);
        if (!structure) continue;
        for (const ast::KeyValue& field : structure->entries) look_at(field.value);
    }
    if (!same) return std::nullopt;
    ast::Select typed = split.input();
    typed.items = {make_item(value, time_key_column)};
    const bool is_timestamp = columns_.of(make_query(std::move(typed))).front().type.id == TypeId::timestamp;
    return is_timestamp ? same : std::nullopt;
}

WindowPlan StreamLowering::lower(const logical::WindowAggregate& window, const logical::Node& input) const {
    if (window.is_hopping()) return lower_hop(window, input);
    const ast::Select rows = logical::composed_block(input);
    const auto relations = columns_.relations_of(*rows.from);
    SplitBlock split(rows, window.block, window.groups, relations);
    ast::Expression start = split.below(window.window);
    simplify_time(start);
    if (is_window_structure(window.key)) start = simplified_field(std::move(start), "start");
    const std::optional<ast::Expression> same_as_start = same_over_rows(split, start);
    split.add_value(make_cast(start, "TIMESTAMP", {}), time_key_column);
    WindowPlan plan;
    plan.key = as_timestamps(window.key);
    plan.input.in_order = input.in_order;
    const std::vector<OutputColumn> values = columns_.of(make_query(split.input()));
    sum_up_frames_exactly(split.output(), values, columns_);
    plan.query = make_query(split.output());
    if (window.adds_up)
        plan.parts = aggregate_parts(split.output(), split.groups(), values, aggregates_, columns_,
                                     floating_sums(input.in_order), true, same_as_start ? &*same_as_start : nullptr);
    split.require_computable(aggregates_, columns_);
    plan.input.query = make_query(split.input());
    plan.input.lateness = lateness(plan.input.query, time_key_column, plan.key);
    return plan;
}

WindowPlan StreamLowering::lower_hop(const logical::WindowAggregate& window, const logical::Node& input) const {
    const ast::Select rows = logical::composed_block(input);
    const auto relations = columns_.relations_of(*rows.from);
    SplitBlock split(rows, window.block, window.groups, relations);
    const ast::Expression below = split.below(window.window);
    split.add_value(each_hop(std::get<ast::TimeWindow>(below.node), window.window.span), window_column);
    const auto input_query = [&] {
        return with_time_key(split.input(), make_struct_field(make_column("", window_column, {}), "start"));
    };
    WindowPlan plan;
    plan.key = as_timestamps(window.key);
    plan.input.in_order = input.in_order;
    const std::vector<OutputColumn> values = columns_.of(input_query());
    sum_up_frames_exactly(split.output(), values, columns_);
    plan.query = make_query(split.output());
    if (window.adds_up)
        plan.parts = aggregate_parts(split.output(), split.groups(), values, aggregates_, columns_,
                                     floating_sums(input.in_order), true);
    split.require_computable(aggregates_, columns_);
    plan.input.query = input_query();
    // Window by window: a row is late for those that have passed, and the others take it.
    plan.input.lateness = lateness(plan.input.query, time_key_column, plan.key);
    return plan;
}

}  // namespace laminar
