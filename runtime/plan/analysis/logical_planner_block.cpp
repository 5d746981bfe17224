#include <fmt/format.h>

#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/aggregates/aggregate_parts.h"
#include "runtime/plan/analysis/logical_planner.h"
#include "runtime/plan/expressions/block_splitter.h"
#include "runtime/plan/expressions/group_keys.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

namespace {

bool is_grouped_by_hop(const std::vector<ast::Expression>& groups) {
    return std::any_of(groups.begin(), groups.end(), [](const ast::Expression& group) {
        return contains(group, [](const auto& each) { return as_window(each, ast::TimeWindow::Kind::hop); });
    });
}

/// Of the columns that show these groups; empty where one is not shown.
std::vector<std::string> names_of(const std::vector<ast::Expression>& groups, const ast::Select& output) {
    std::vector<std::string> names;
    for (const ast::Expression& group : groups) {
        const auto shown = std::find_if(output.items.begin(), output.items.end(), [&](const ast::SelectItem& item) {
            return ast::same_structure(item.value, group);
        });
        if (shown == output.items.end()) return {};
        names.push_back(shown->alias->text);
    }
    return names;
}

constexpr const char* windowed_alias = "__windowed";

}  // namespace

void LogicalPlanner::name_items(ast::Select& select) {
    const auto names = columns_.of(make_query(select));
    for (std::size_t index = 0; index < select.items.size() && index < names.size(); ++index) {
        ast::SelectItem& item = select.items[index];
        std::string name = item.alias ? item.alias->text : names[index].name;
        const auto taken = [&](const std::string& candidate) {
            return std::any_of(
                select.items.begin(), select.items.begin() + static_cast<std::ptrdiff_t>(index),
                [&](const ast::SelectItem& other) { return equals_ignoring_case(other.alias->text, candidate); });
        };
        std::string unique = name;
        for (std::size_t copy = 1; taken(unique); ++copy) unique = fmt::format("{}_{}", name, copy);
        item.alias = make_identifier(unique, item.value.span);
        item.alias->quoted = true;
    }
}

void LogicalPlanner::plan_stateful(ast::Select& select, SourceSpan span) {
    using Purpose = logical::ChangingAggregate::Purpose;
    const auto relations = columns_.relations_of(*select.from);
    expand_stars(select, relations);
    name_items(select);
    if (separate_over(select, span)) return;
    refuse_present_time(select);
    SplitBlock split(select, relations);
    write_out_group_by_all(split.output(), aggregates_);
    split.set_groups(written_out_groups(split.output()));

    if (reads_changes(*select.from)) return plan_changing(select, span, split, Purpose::aggregate_of_changes);
    const bool has_over = has_window_functions(split.output());
    const bool is_grouped = !split.groups().empty() || has_aggregates(split.output()) || split.output().having ||
                            !split.output().group_by.empty();
    // What is grouped by a HOP, or has each of its windows once, takes rows window by window. Elsewhere a row is there
    // once for each of them.
    if (auto call = find_window(split.output(), ast::TimeWindow::Kind::hop);
        call && (is_grouped ? !is_grouped_by_hop(split.groups()) : has_over))
        return plan_over_hops(select, span, split, *call);
    if (is_grouped) {
        if (plan_grouped(select, span, split)) return;
        if (!split.groups().empty()) warn_of_unbounded_state(span, "every new group is kept for good");
        return plan_changing(select, span, split, Purpose::aggregate);
    }
    if (has_over) {
        if (plan_over(select, span, split)) return;
        return plan_changing(select, span, split, Purpose::window_functions);
    }
    if (auto call = find_window(split.output(), ast::TimeWindow::Kind::session))
        reject(call->span, "SESSION needs GROUP BY",
               "group by it: GROUP BY user_id, SESSION(ts, INTERVAL '30 seconds')");
    // DISTINCT: complete where one of the items grows with time.
    if (auto call = find_window(split.output(), ast::TimeWindow::Kind::hop))
        return plan_hop(select, span, split, *call);
    if (split.output().distinct_on.empty()) {
        for (const ast::SelectItem& item : split.output().items) {
            const TimeTracer tracer = make_tracer();
            if (auto key = tracer.trace(split.below(item.value), *select.from))
                return plan_window(select, span, split, item.value, *key, logical::WindowAggregate::Purpose::distinct);
        }
        // The same as grouping by all items.
        ast::Select& output = split.output();
        output.distinct = false;
        std::vector<ast::Expression> groups;
        for (const ast::SelectItem& item : output.items) {
            groups.push_back(item.value);
            output.group_by.push_back({ast::GroupingElement::Kind::expression, {item.value}, {}});
        }
        split.set_groups(std::move(groups));
    }
    warn_of_unbounded_state(span, "every distinct row is kept for good");
    plan_changing(select, span, split, Purpose::distinct);
}

bool LogicalPlanner::plan_grouped(ast::Select& select, SourceSpan span, SplitBlock& split) {
    if (auto call = find_window(split.output(), ast::TimeWindow::Kind::session)) {
        if (!separate_results(select, span)) plan_session(select, span, split, *call);
        return true;
    }
    if (auto call = find_window(split.output(), ast::TimeWindow::Kind::hop)) {
        if (!separate_results(select, span)) plan_hop(select, span, split, *call);
        return true;
    }
    const TimeTracer tracer = make_tracer();
    for (const ast::Expression& group : split.groups()) {
        const auto key = tracer.trace(split.below(group), *select.from);
        if (!key) continue;
        if (!separate_results(select, span))
            plan_window(select, span, split, group, *key, logical::WindowAggregate::Purpose::aggregate);
        return true;
    }
    return false;
}

void LogicalPlanner::plan_changing(ast::Select& select, SourceSpan span, SplitBlock& split,
                                   logical::ChangingAggregate::Purpose purpose) {
    if (auto call = find_window(split.output(), ast::TimeWindow::Kind::hop))
        reject(call->span, "HOP cannot be taken over rows that change", "window the rows before they are aggregated");
    if (auto call = find_window(split.output(), ast::TimeWindow::Kind::session))
        reject(call->span, "SESSION cannot be taken over rows that change",
               "window the rows before they are aggregated");
    const bool from_changes = reads_changes(*select.from);
    ast::Select& output = split.output();
    refuse_moments_of(select, split, from_changes);
    split.evaluate_early(aggregates_);
    if (split.input().items.empty()) split.add_value(make_number(1), "c0");
    logical::ChangingAggregate aggregate;
    aggregate.purpose = purpose;
    const bool has_over = has_window_functions(output);
    std::vector<std::string> keys;
    if (!split.groups().empty() && has_plain_groups(output) && !has_over) {
        aggregate.groups = split.groups();
        keys = names_of(aggregate.groups, output);
    }
    if (has_over && output.group_by.empty()) aggregate.groups = common_partition(output);
    aggregate.is_grouped = !aggregate.groups.empty();
    const auto top = from_changes || !aggregate.is_grouped ? std::nullopt : top_rows(output);
    aggregate.adds_up =
        !from_changes && !has_over && adds_up(split, aggregate.groups, floating_sums(comes_in_order(*select.from)));
    if (!aggregate.adds_up && separate_results(select, span)) return;
    if (!from_changes && !aggregate.adds_up && !top)
        warn_of_unbounded_state(span, "all rows are kept, because the aggregates cannot be computed from parts");
    // Groups without aggregates stay as they are once they are there.
    const bool stays = aggregate.adds_up && !output.having && !has_aggregates(output);
    aggregate.block = output;
    logical::Node::Kind kind = std::move(aggregate);
    if (top) kind = *top;
    auto columns = columns_.of(make_query(select));
    logical::Node& node = add_node(select, span, std::move(kind), split.input(), std::move(columns));
    node.changes = !stays;
    node.key = std::move(keys);
}

bool LogicalPlanner::has_aggregates(const ast::Select& block) const {
    return std::any_of(block.items.begin(), block.items.end(), [&](const ast::SelectItem& item) {
        return contains(item.value, [&](const auto& each) { return is_aggregate_call(each, aggregates_); });
    });
}

bool LogicalPlanner::adds_up(SplitBlock& split, const std::vector<ast::Expression>& groups, FloatingSums sums) const {
    std::vector<OutputColumn> values = columns_.of(make_query(split.input()));
    // Where windows are told apart below, a row has its own.
    ColumnType window(TypeId::structure);
    window.fields = {{"start", TypeId::timestamp}, {"end", TypeId::timestamp}};
    values.push_back({window_column, std::move(window)});
    return aggregate_parts(split.output(), groups, values, aggregates_, columns_, sums, false).has_value();
}

/// Arguments of aggregates are evaluated once, when the row comes, unless rows are taken back; nothing else is.
void LogicalPlanner::refuse_moments_of(const ast::Select& block, SplitBlock& split, bool from_changes) const {
    const ast::Select& output = split.output();
    const auto look_at = [&](const ast::Expression& expression) {
        ast::Expression outside = expression;
        if (!from_changes) {
            replace_expressions(outside, [&](ast::Expression& each) {
                if (!is_aggregate_call(each, aggregates_)) return false;
                const auto& call = std::get<ast::FunctionCall>(each.node);
                if (call.filter) refuse_present_time(split.below(*call.filter), "FILTER", block);
                each = make_number(1);
                return true;
            });
        }
        refuse_moments(outside);
    };
    for (const ast::SelectItem& item : output.items) look_at(item.value);
    if (output.having) look_at(*output.having);
    for (const ast::GroupingElement& element : output.group_by) {
        for (const ast::Expression& expression : element.expressions) refuse_moments(expression);
    }
}

void LogicalPlanner::unnest_hops(ast::Select& select) {
    for (ast::SelectItem& item : select.items) {
        replace_expressions(item.value, [&](ast::Expression& each) {
            const auto* hop = as_window(each, ast::TimeWindow::Kind::hop);
            if (!hop || hop->part != ast::TimeWindow::Part::whole) return false;
            each = each_hop(*hop, each.span);
            return true;
        });
    }
}

void LogicalPlanner::plan_over_hops(ast::Select& select, SourceSpan span, SplitBlock& split,
                                    const ast::Expression& call) {
    const ast::Expression below = split.below(call);
    replace_same(split.output(), call, make_rows_column(window_column));
    if (auto other = find_window(split.output(), ast::TimeWindow::Kind::hop))
        reject(other->span, "a query can have one HOP", "use one query for each, joined or united afterwards");
    split.add_value(each_hop(std::get<ast::TimeWindow>(below.node), call.span), window_column);
    ast::TableReference rows;
    rows.node = ast::DerivedTable{false, make_query(split.input())};
    rows.alias = ast::TableAlias{make_identifier(windowed_alias, {}), {}};
    select = split.output();
    for_each_result_expression(select, [](ast::Expression& expression) {
        replace_expressions(expression, [](ast::Expression& each) {
            auto* reference = std::get_if<ast::ColumnReference>(&each.node);
            if (!reference || reference->parts.front().text != operator_rows_alias) return false;
            reference->parts.front().text = windowed_alias;
            return true;
        });
    });
    select.from = std::move(rows);
    plan_select(select, span);
}

void LogicalPlanner::warn_of_unbounded_state(SourceSpan span, const std::string& what) {
    const SourceSpan place = span.empty() ? bound_.query.span : span;
    const auto& known = diagnostics_.all();
    if (std::any_of(known.begin(), known.end(), [&](const Diagnostic& each) {
            return each.code == DiagnosticCode::unbounded_state && each.span == place;
        }))
        return;
    diagnostics_.warning(DiagnosticCode::unbounded_state, place,
                         fmt::format("the state of this query grows without bound: {}", what),
                         "group by a window, such as TUMBLE(ts, INTERVAL '5 minutes'), or bound the join in time; the "
                         "pipeline fails beyond its state_limit");
}

}  // namespace laminar
