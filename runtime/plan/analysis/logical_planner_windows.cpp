#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/plan/analysis/logical_planner.h"
#include "runtime/plan/expressions/block_splitter.h"
#include "runtime/plan/expressions/group_keys.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

namespace {

/// Only buckets of time: a lower bound for the key is one for the time itself.
bool rounds_down(const ast::Expression& expression) {
    return !contains(expression, [](const ast::Expression& each) {
        // An offset of buckets is a sum, too, but of constants.
        return std::holds_alternative<ast::Binary>(each.node) && contains_column(each);
    });
}

}  // namespace

void LogicalPlanner::plan_window(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& window,
                                 const TimeKey& key, logical::WindowAggregate::Purpose purpose) {
    logical::WindowAggregate aggregate;
    aggregate.purpose = purpose;
    aggregate.window = window;
    aggregate.key = key;
    aggregate.groups = split.groups();
    split.evaluate_early(aggregates_);
    aggregate.block = split.output();
    aggregate.adds_up = adds_up(split, aggregate.groups, floating_sums(comes_in_order(*select.from)));
    ast::Expression start = split.below(window);
    simplify_time(start);
    if (is_window_structure(key)) start = simplified_field(std::move(start), "start");
    const ast::Expression* base = growing_value(start);
    const auto base_key = base ? make_tracer().trace(*base, *select.from) : std::nullopt;
    const bool base_is_window = base_key && is_window_structure(*base_key);
    auto columns = columns_.of(make_query(select));
    add_node(select, span, std::move(aggregate), split.input(), std::move(columns));
    if (rounds_down(start)) find_time_columns(split.output(), split, base, std::nullopt, base_is_window);
}

void LogicalPlanner::plan_hop(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call) {
    const ast::Expression below = split.below(call);
    const auto& hop = std::get<ast::TimeWindow>(below.node);
    const TimeTracer tracer = make_tracer();
    const auto key = tracer.trace(below, *select.from);
    if (!key)
        reject(call.span, "HOP needs the time of the rows, and this is not it",
               "declare it: CREATE TABLE ... (..., WATERMARK FOR ts)");
    logical::WindowAggregate aggregate;
    aggregate.window = call;
    aggregate.key = *key;
    replace_same(split.output(), call, make_rows_column(window_column));
    if (auto other = find_window(split.output(), ast::TimeWindow::Kind::hop))
        reject(other->span, "a query can have one HOP", "use one query for each, joined or united afterwards");
    split.evaluate_early(aggregates_);
    aggregate.block = split.output();
    aggregate.groups = split.groups();
    for (ast::Expression& group : aggregate.groups) (void)replace_same(group, call, make_rows_column(window_column));
    aggregate.adds_up = adds_up(split, aggregate.groups, floating_sums(comes_in_order(*select.from)));
    ast::StructLiteral structure;
    structure.entries.push_back({make_string("start", {}), make_column("", clock_variable, {})});
    structure.entries.push_back(
        {make_string("end", {}), make_binary(make_column("", clock_variable, {}), ast::OperatorKind::add, *hop.size)});
    auto columns = columns_.of(make_query(select));
    add_node(select, span, std::move(aggregate), split.input(), std::move(columns));
    const ast::Expression clock = make_column("", clock_variable, {});
    find_time_columns(split.output(), split, &clock, ast::Expression{{}, std::move(structure)});
}

void LogicalPlanner::plan_session(ast::Select& select, SourceSpan span, SplitBlock& split,
                                  const ast::Expression& call) {
    const ast::Expression below = split.below(call);
    const TimeTracer tracer = make_tracer();
    const auto key = tracer.trace(*std::get<ast::TimeWindow>(below.node).time, *select.from);
    if (!key)
        reject(call.span, "SESSION needs the time of the rows, and this is not it",
               "declare it: CREATE TABLE ... (..., WATERMARK FOR ts)");
    if (!has_plain_groups(split.output()))
        reject(call.span, "SESSION does not go with GROUPING SETS", "group by plain expressions");
    logical::SessionAggregate session;
    session.window = call;
    session.key = *key;
    for (const ast::Expression& group : split.groups()) {
        if (!contains_same(group, call)) session.partition.push_back(group);
    }
    replace_same(split.output(), call, make_rows_column(window_column));
    if (auto other = find_window(split.output(), ast::TimeWindow::Kind::session))
        reject(other->span, "a query can have one SESSION", "use one query for each, joined or united afterwards");
    split.evaluate_early(aggregates_);
    session.block = split.output();
    auto columns = columns_.of(make_query(select));
    add_node(select, span, std::move(session), split.input(), std::move(columns));
    const ast::Expression clock = make_column("", clock_variable, {});
    find_time_columns(split.output(), split, &clock, window_at_clock());
}

void LogicalPlanner::find_time_columns(const ast::Select& output, const SplitBlock& split, const ast::Expression* base,
                                       const std::optional<ast::Expression>& window, bool base_is_window) {
    logical::Node& node = nodes_.back().node;
    const std::size_t clock = add_output_clock(node.number, 0);
    node.output_clocks.push_back(clock);
    if (!base) return;
    const ast::Expression clock_value = make_column("", clock_variable, {});
    for (std::size_t position = 0; position < output.items.size(); ++position) {
        const ast::SelectItem& item = output.items[position];
        ast::Expression value = item.value;
        if (window) (void)replace_same(value, make_rows_column(window_column), *window);
        value = split.below(std::move(value));
        // Its start is the clock; of its end nothing more is known.
        if (base_is_window) (void)replace_same(value, *base, window_at_clock());
        simplify_time(value);
        const ast::Expression* reference = growing_value(value);
        if (!reference || !ast::same_structure(*reference, base_is_window ? clock_value : *base)) continue;
        (void)replace_same(value, *base, clock_value);
        node.times.push_back({position, item.alias->text, {{clock, std::move(value)}}});
    }
}

}  // namespace laminar
