#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/plan/aggregate_parts.h"
#include "runtime/plan/block_splitter.h"
#include "runtime/plan/expressions/group_keys.h"
#include "runtime/plan/stream_planner.h"
#include "runtime/plan/time_tracer.h"

namespace laminar {

namespace {

/// Only buckets of time: a lower bound for the key is one for the time itself.
bool rounds_down(const ast::Expression& expression) {
    return !contains(expression, [](const ast::Expression& each) {
        // An offset of buckets is a sum, too, but of constants.
        return std::holds_alternative<ast::Binary>(each.node) && contains_column(each);
    });
}

/// Where rows come in an order of their own, a window keeps them and adds them up in that order.
FloatingSums sums_of_windows(const PlannedFragment& input) {
    return input.in_order ? FloatingSums::none : FloatingSums::exact;
}

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

/// Of the groups and their fields, over the rows, the one that is this expression over FROM, if it is a TIMESTAMP.
std::optional<ast::Expression> StreamPlanner::same_over_rows(SplitBlock& split, const ast::Expression& value) const {
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

void StreamPlanner::plan_window(ast::Select& select, SourceSpan span, SplitBlock& split,
                                const ast::Expression& key_value, const TimeKey& key, const std::string& name) {
    split.evaluate_early(aggregates_);
    ast::Expression simple = key_value;
    simplify_time(simple);
    ast::Expression start = is_window_structure(key) ? simplified_field(simple, "start") : simple;
    const ast::Expression* base = growing_reference(start);
    const auto base_key = base ? make_tracer().trace(*base, *select.from) : std::nullopt;
    const bool base_is_window = base_key && is_window_structure(*base_key);
    const bool has_output_clock = rounds_down(start);
    const std::optional<ast::Expression> same_as_start = same_over_rows(split, start);
    split.add_value(make_cast(start, "TIMESTAMP", {}), time_key_column);

    WindowPlan window;
    window.key = as_timestamps(key);
    window.input.in_order = comes_in_order(*select.from);
    const std::vector<OutputColumn> values = columns_.of(make_query(split.input()));
    sum_up_frames_exactly(split.output(), values);
    window.query = make_query(split.output());
    window.parts = aggregate_parts(split.output(), split.groups(), values, aggregates_, columns_,
                                   sums_of_windows(window.input), true, same_as_start ? &*same_as_start : nullptr);
    split.require_computable(aggregates_, columns_);
    window.input.query = make_query(split.input());
    window.input.lateness = lateness(window.input.query, time_key_column, window.key);
    const ast::Select output = split.output();
    const ast::Query described = make_query(select);
    add_operator(select, name, span, std::move(window), described);
    if (has_output_clock) find_time_columns(output, split, base, std::nullopt, base_is_window);
}

void StreamPlanner::plan_hop(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call) {
    const ast::Expression below = split.below(call);
    const auto& hop = std::get<ast::TimeWindow>(below.node);
    const TimeTracer tracer = make_tracer();
    const auto key = tracer.trace(below, *select.from);
    if (!key)
        reject(call.span, "HOP needs the time of the rows, and this is not it",
               "declare it: CREATE TABLE ... (..., WATERMARK FOR ts)");
    replace_same(split.output(), call, make_rows_column(window_column));
    if (auto other = find_window(split.output(), ast::TimeWindow::Kind::hop))
        reject(other->span, "a query can have one HOP", "use one query for each, joined or united afterwards");
    split.evaluate_early(aggregates_);
    const ast::Select described = select;
    split.add_value(each_hop(hop, call.span), window_column);

    WindowPlan window;
    window.key = as_timestamps(*key);
    const auto input_query = [&] {
        return with_time_key(split.input(), make_struct_field(make_column("", window_column, {}), "start"));
    };
    window.input.in_order = comes_in_order(*select.from);
    const std::vector<OutputColumn> values = columns_.of(input_query());
    sum_up_frames_exactly(split.output(), values);
    window.query = make_query(split.output());
    std::vector<ast::Expression> groups = split.groups();
    for (ast::Expression& group : groups) (void)replace_same(group, call, make_rows_column(window_column));
    window.parts =
        aggregate_parts(split.output(), groups, values, aggregates_, columns_, sums_of_windows(window.input), true);
    split.require_computable(aggregates_, columns_);
    window.input.query = input_query();
    // Window by window: a row is late for those that have passed, and the others take it.
    window.input.lateness = lateness(window.input.query, time_key_column, window.key);
    const ast::Select output = split.output();
    ast::StructLiteral structure;
    structure.entries.push_back({make_string("start", {}), make_column("", clock_variable, {})});
    structure.entries.push_back(
        {make_string("end", {}), make_binary(make_column("", clock_variable, {}), ast::OperatorKind::add, *hop.size)});
    add_operator(select, "hopping window aggregate", span, std::move(window), make_query(described));
    const ast::Expression clock = make_column("", clock_variable, {});
    find_time_columns(output, split, &clock, ast::Expression{{}, std::move(structure)});
}

void StreamPlanner::plan_session(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call) {
    const ast::Expression below = split.below(call);
    const auto& gaps = std::get<ast::TimeWindow>(below.node);
    const TimeTracer tracer = make_tracer();
    const auto key = tracer.trace(*gaps.time, *select.from);
    if (!key)
        reject(call.span, "SESSION needs the time of the rows, and this is not it",
               "declare it: CREATE TABLE ... (..., WATERMARK FOR ts)");
    if (!has_plain_groups(split.output()))
        reject(call.span, "SESSION does not go with GROUPING SETS", "group by plain expressions");
    SessionPlan session;
    session.key = as_timestamps(*key);
    for (const ast::Expression& group : split.groups()) {
        if (!contains_same(group, call)) session.partition.push_back(group);
    }
    session.gap = *gaps.size;
    replace_same(split.output(), call, make_rows_column(window_column));
    if (auto other = find_window(split.output(), ast::TimeWindow::Kind::session))
        reject(other->span, "a query can have one SESSION", "use one query for each, joined or united afterwards");
    split.evaluate_early(aggregates_);
    split.add_value(make_cast(*gaps.time, "TIMESTAMP", {}), time_key_column);
    split.require_computable(aggregates_, columns_);
    session.input.query = make_query(split.input());
    session.input.in_order = comes_in_order(*select.from);
    session.input.lateness = lateness(session.input.query, time_key_column, session.key);
    // A session that is still open takes what lies behind the watermark. Where several inputs make sessions together,
    // that would depend on whose rows came first: there a row is late by the watermark of its own input alone.
    if (session.input.lateness)
        session.input.lateness->is_left_open =
            session.key.size() == 1 && !plan_.clocks[session.key.front().clock].is_united;
    sum_up_frames_exactly(split.output(), columns_.of(session.input.query));
    session.query = make_query(split.output());
    const ast::Select output = split.output();
    const ast::Query described = make_query(select);
    ast::StructLiteral structure;
    structure.entries.push_back({make_string("start", {}), make_column("", clock_variable, {})});
    structure.entries.push_back({make_string("end", {}), make_column("", clock_variable, {})});
    add_operator(select, "session window aggregate", span, std::move(session), described);
    const ast::Expression clock_value = make_column("", clock_variable, {});
    find_time_columns(output, split, &clock_value, ast::Expression{{}, std::move(structure)});
}

void StreamPlanner::find_time_columns(const ast::Select& output, const SplitBlock& split, const ast::Expression* base,
                                      const std::optional<ast::Expression>& window, bool base_is_window) {
    const std::size_t index = plan_.operators.size() - 1;
    const std::size_t clock = add_output_clock(plan_.input_count + index, 0);
    PlannedOperator& planned = plan_.operators.back();
    planned.output_clocks.push_back(clock);
    if (!base) return;
    const ast::Expression clock_value = make_column("", clock_variable, {});
    ast::StructLiteral both;
    both.entries.push_back({make_string("start", {}), clock_value});
    both.entries.push_back({make_string("end", {}), clock_value});
    for (const ast::SelectItem& item : output.items) {
        ast::Expression value = item.value;
        if (window) (void)replace_same(value, make_rows_column(window_column), *window);
        value = split.below(std::move(value));
        // Its start is the clock; of its end nothing more is known.
        if (base_is_window) (void)replace_same(value, *base, ast::Expression{{}, both});
        simplify_time(value);
        const ast::Expression* reference = growing_reference(value);
        if (!reference || !ast::same_structure(*reference, base_is_window ? clock_value : *base)) continue;
        (void)replace_same(value, *base, clock_value);
        planned.time_columns.push_back({item.alias->text, clock, std::move(value)});
    }
}

}  // namespace laminar
