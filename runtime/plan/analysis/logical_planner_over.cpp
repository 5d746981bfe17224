#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/analysis/logical_planner.h"
#include "runtime/plan/expressions/block_splitter.h"
#include "runtime/plan/expressions/group_keys.h"
#include "runtime/plan/expressions/shown_names.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

namespace {

constexpr const char* frame_hint =
    "give it a frame: ROWS BETWEEN 99 PRECEDING AND CURRENT ROW, or RANGE BETWEEN INTERVAL '5 minutes' PRECEDING AND "
    "CURRENT ROW";

/// OVER w and OVER (w ...) with the definitions of the WINDOW clause written out.
void write_out_named_windows(ast::Select& select) {
    if (select.windows.empty()) return;
    const std::vector<ast::NamedWindow> named = std::move(select.windows);
    select.windows.clear();
    for_each_result_expression(select, [&](ast::Expression& expression) {
        replace_expressions(expression, [&](ast::Expression& each) {
            auto* call = std::get_if<ast::FunctionCall>(&each.node);
            if (!call || !call->over || !call->over->base) return false;
            for (const ast::NamedWindow& window : named) {
                if (!equals_ignoring_case(window.name.text, call->over->base->text)) continue;
                ast::WindowSpecification merged = window.specification;
                if (!call->over->order_by.empty()) merged.order_by = call->over->order_by;
                if (call->over->frame) merged.frame = call->over->frame;
                merged.base.reset();
                merged.reference_only = false;
                merged.span = call->over->span;
                call->over = std::move(merged);
                break;
            }
            return false;
        });
    });
}

bool is_ranking(const std::string& name) {
    static constexpr std::array<std::string_view, 7> names{"row_number",   "rank",      "dense_rank", "rank_dense",
                                                           "percent_rank", "cume_dist", "ntile"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The largest n that a condition lets an expression (if there is one) or what has this alias have.
std::optional<std::size_t> limit_in(const ast::Expression& condition, const ast::Expression* expression,
                                    const std::string& alias) {
    std::optional<std::size_t> limit;
    for (const ast::Expression& part : conjuncts_of(condition)) {
        const auto* binary = std::get_if<ast::Binary>(&part.node);
        if (!binary) continue;
        const auto matches = [&](const ast::Expression& side) {
            const auto* reference = std::get_if<ast::ColumnReference>(&without_parentheses(side).node);
            return (expression && ast::same_structure(side, *expression)) ||
                   (reference && !alias.empty() && equals_ignoring_case(reference->parts.back().text, alias));
        };
        const bool left = matches(*binary->left);
        if (!left && !matches(*binary->right)) continue;
        const auto number = constant_number(left ? *binary->right : *binary->left);
        if (!number) continue;
        using ast::OperatorKind;
        const OperatorKind op = left ? binary->op.kind() : with_sides_changed(binary->op.kind());
        if (op == OperatorKind::equal || op == OperatorKind::less_equal)
            limit = std::min<std::size_t>(limit.value_or(*number), *number);
        if (op == OperatorKind::less && *number > 0)
            limit = std::min<std::size_t>(limit.value_or(*number - 1), *number - 1);
    }
    return limit;
}

/// ROW_NUMBER() <= n, by QUALIFY: n.
std::optional<std::size_t> row_number_limit(const ast::Select& select, const ast::Expression& call) {
    if (called_function(call) != "row_number" || !select.qualify) return std::nullopt;
    std::string alias;
    for (const ast::SelectItem& item : select.items) {
        if (item.alias && ast::same_structure(item.value, call)) alias = item.alias->text;
    }
    return limit_in(*select.qualify, &call, alias);
}

}  // namespace

void LogicalPlanner::push_row_number_filter(ast::Select& select) {
    if (!select.where || !select.from) return;
    auto* derived = std::get_if<ast::DerivedTable>(&select.from->node);
    if (!derived || (select.from->alias && !select.from->alias->columns.empty())) return;
    auto* inner = std::get_if<ast::Select>(&derived->query->body.node);
    if (!inner || derived->query->limit || derived->query->offset) return;
    for (const ast::SelectItem& item : inner->items) {
        const auto* call = std::get_if<ast::FunctionCall>(&item.value.node);
        if (!item.alias || !call || !call->over || called_function(item.value) != "row_number") continue;
        const auto limit = limit_in(*select.where, nullptr, item.alias->text);
        if (!limit) continue;
        ast::Expression condition = make_binary(item.value, ast::OperatorKind::less_equal, make_number(*limit));
        if (inner->qualify)
            condition = make_binary(ast::Expression{{}, ast::Parenthesized{*inner->qualify}},
                                    ast::OperatorKind::conjunction, std::move(condition));
        inner->qualify = std::move(condition);
        return;
    }
}

bool LogicalPlanner::separate_over(ast::Select& select, SourceSpan span) {
    write_out_named_windows(select);
    const std::vector<ast::Expression> calls = window_functions_of(select);
    if (calls.empty()) return false;
    const auto is_aggregate = [&](const ast::Expression& each) { return is_aggregate_call(each, aggregates_); };
    bool grouped = !select.group_by.empty() || select.group_by_all || select.having;
    for (const ast::SelectItem& item : select.items) grouped = grouped || contains(item.value, is_aggregate);
    if (!grouped) {
        // Operators ask for the keys and the order of a window function outside of the query as well.
        const auto relations = columns_.relations_of(*select.from);
        for_each_result_expression(select, [&](ast::Expression& expression) {
            if (contains(expression, is_window_function)) write_out_aliases(expression, select, relations);
        });
        return false;
    }
    for (const ast::GroupingElement& element : select.group_by) {
        if (element.kind != ast::GroupingElement::Kind::expression)
            reject(span, "window functions do not go with GROUPING SETS in one query",
                   "put the grouped query into a subquery, and the window functions around it");
    }

    // SELECT group keys AS g0, aggregates AS a0 FROM ... GROUP BY ...; the window functions go around it.
    const auto relations = columns_.relations_of(*select.from);
    ast::Select inner;
    ast::Select outer = select;
    inner.from = select.from;
    inner.where = select.where;
    inner.having = select.having;
    outer.where = {};
    outer.having = {};
    write_out_group_by_all(outer, aggregates_);
    const std::vector<ast::Expression> groups = written_out_groups(outer);
    outer.group_by.clear();
    outer.group_by_all = false;
    ast::ExpressionMap<std::string> replacements;  // Names in the inner block.
    ShownNames names;
    for (const ast::Expression& group : groups) {
        const std::string name = names.add(shown_name(group));
        inner.items.push_back(make_item(group, name));
        inner.group_by.push_back({ast::GroupingElement::Kind::expression, {group}, {}});
        replacements.emplace(group, name);
    }
    const auto lift = [&](ast::Expression& expression) {
        write_out_aliases(expression, select, relations);
        replace_expressions(expression, [&](ast::Expression& each) {
            if (const auto known = replacements.find(each); known != replacements.end()) {
                each = make_column("__grouped", known->second, each.span);
                return true;
            }
            if (!is_aggregate(each)) return false;
            const std::string name = names.add(shown_name(each));
            inner.items.push_back(make_item(each, name));
            replacements.emplace(each, name);
            each = make_column("__grouped", name, each.span);
            return true;
        });
    };
    for (ast::SelectItem& item : outer.items) lift(item.value);
    if (outer.qualify) lift(*outer.qualify);
    ast::TableReference grouped_rows;
    grouped_rows.node = ast::DerivedTable{false, make_query(std::move(inner))};
    grouped_rows.alias = ast::TableAlias{make_identifier("__grouped", span), {}};
    outer.from = std::move(grouped_rows);
    select = std::move(outer);
    const Place place(*this, "grouped");
    plan_select(select, span);
    return true;
}

std::optional<logical::OverTime::Frame> LogicalPlanner::over_frame(const ast::Expression& expression,
                                                                   const ast::Select& output) const {
    const auto& call = std::get<ast::FunctionCall>(expression.node);
    const ast::WindowSpecification& over = *call.over;
    const std::string name = called_function(expression);
    logical::OverTime::Frame frame;
    frame.partition = over.partition_by;
    const SourceSpan span = expression.span;
    // With an order of its own a function looks at the frame, all of it.
    const bool goes_by_time = call.order_by.empty();
    if ((name == "lag" || name == "lead") && goes_by_time) {
        if (call.ignore_nulls)
            refuse(span, fmt::format("{} with IGNORE NULLS in the order of time", name == "lag" ? "LAG" : "LEAD"),
                   "say how far it looks: LAST_VALUE(x IGNORE NULLS) OVER (... ROWS BETWEEN 100 PRECEDING AND 1 "
                   "PRECEDING)");
        const auto offset = call.arguments.size() > 1 ? constant_number(call.arguments[1].value) : std::uint64_t{1};
        if (!offset) reject(span, "LAG and LEAD take a plain number of rows here", "write the number");
        (name == "lag" ? frame.rows_before : frame.rows_after) = static_cast<std::size_t>(*offset);
        return frame;
    }
    if (is_ranking(name) && goes_by_time) {
        if (const auto limit = row_number_limit(output, expression)) {
            frame.first_rows = *limit;
            return frame;
        }
        refuse(span, fmt::format("{} in the order of time", name),
               "keep the first ones: QUALIFY ROW_NUMBER() OVER (...) <= n, or partition by a window");
    }
    if (!over.frame) refuse(span, fmt::format("{} over all rows so far", name), frame_hint);
    const auto bound = [&](const ast::FrameBound& each, bool begin) {
        using Kind = ast::FrameBound::Kind;
        if (each.kind == Kind::current_row) return;
        if (each.kind == Kind::unbounded_preceding || each.kind == Kind::unbounded_following)
            refuse(span, fmt::format("{} over all rows so far", name), frame_hint);
        const bool before = each.kind == Kind::preceding;
        if (!begin && before) return;  // Ends before the row: its begin asks for more.
        if (begin && !before) return;
        if (over.frame->unit == ast::WindowFrame::Unit::rows) {
            const auto rows = constant_number(*each.offset);
            if (!rows) reject(span, "the size of a frame must be a plain number here", frame_hint);
            (before ? frame.rows_before : frame.rows_after) = static_cast<std::size_t>(*rows);
        } else if (over.frame->unit == ast::WindowFrame::Unit::range) {
            (before ? frame.range_before : frame.range_after).push_back(*each.offset);
        } else {
            reject(span, "frames of GROUPS are not kept over streams", frame_hint);
        }
    };
    bound(over.frame->begin, true);
    if (over.frame->end) bound(*over.frame->end, false);
    return frame;
}

bool LogicalPlanner::plan_over(ast::Select& select, SourceSpan span, SplitBlock& split) {
    if (separate_results(select, span)) return true;
    ast::Select& output = split.output();
    const std::vector<ast::Expression> calls = window_functions_of(output);
    const TimeTracer tracer = make_tracer();
    const auto over_of = [](const ast::Expression& call) -> const ast::WindowSpecification& {
        return *std::get<ast::FunctionCall>(call.node).over;
    };

    // All partitions within one bucket of time: complete when it has passed.
    for (const ast::Expression& candidate : over_of(calls.front()).partition_by) {
        const bool in_all = std::all_of(calls.begin(), calls.end(), [&](const ast::Expression& call) {
            const auto& partition = over_of(call).partition_by;
            return std::any_of(partition.begin(), partition.end(),
                               [&](const ast::Expression& each) { return ast::same_structure(each, candidate); });
        });
        if (!in_all) continue;
        const auto key = tracer.trace(split.below(candidate), *select.from);
        if (!key) continue;
        plan_window(select, span, split, candidate, *key, logical::WindowAggregate::Purpose::window_functions);
        return true;
    }

    // In the order of time.
    const auto orders_by_time = [&](const ast::Expression& call) {
        const auto& order = over_of(call).order_by;
        return !order.empty() && order.front().direction != ast::OrderItem::Direction::descending &&
               tracer.trace(split.below(order.front().value), *select.from).has_value();
    };
    if (!std::all_of(calls.begin(), calls.end(), orders_by_time)) {
        const bool ranked = std::all_of(calls.begin(), calls.end(), [&](const ast::Expression& call) {
            return row_number_limit(output, call).has_value();
        });
        if (ranked) return false;
        reject(calls.front().span, "a window function over a stream must be in the order of its time",
               "order it by the time of the rows, or partition it by a window such as TUMBLE(ts, INTERVAL '1 minute')");
    }
    const ast::Expression order = over_of(calls.front()).order_by.front().value;
    for (const ast::Expression& call : calls) {
        if (!ast::same_structure(over_of(call).order_by.front().value, order))
            reject(call.span, "window functions of one query must be in the order of the same time",
                   "use one time column for all of them");
    }
    const ast::Expression below = split.below(order);
    logical::OverTime over;
    over.time = order;
    over.key = *tracer.trace(below, *select.from);
    over.at_once = std::all_of(over.key.begin(), over.key.end(), [&](const ClockValue& value) {
        return plan_.clocks[value.clock].origin == PlannedClock::Kind::arrival;
    });
    over.frames = frames_of(calls, output);
    over.block = output;
    ast::Expression time = below;
    simplify_time(time);
    if (is_window_structure(over.key)) time = simplified_field(std::move(time), "start");
    const ast::Expression* base = growing_value(time);
    auto columns = columns_.of(make_query(select));
    add_node(select, span, std::move(over), split.input(), std::move(columns));
    find_time_columns(split.output(), split, base, std::nullopt);
    return true;
}

std::vector<logical::OverTime::Frame> LogicalPlanner::frames_of(const std::vector<ast::Expression>& calls,
                                                                const ast::Select& output) {
    std::vector<logical::OverTime::Frame> frames;
    for (const ast::Expression& call : calls) {
        logical::OverTime::Frame frame = *over_frame(call, output);
        if (frame.first_rows > 0)
            warn_of_unbounded_state(call.span, "the first rows of every partition are kept for good");
        const auto known = std::find_if(frames.begin(), frames.end(), [&](const logical::OverTime::Frame& each) {
            return same_expressions(each.partition, frame.partition);
        });
        if (known == frames.end()) {
            frames.push_back(std::move(frame));
            continue;
        }
        known->rows_before = std::max(known->rows_before, frame.rows_before);
        known->rows_after = std::max(known->rows_after, frame.rows_after);
        known->first_rows = std::max(known->first_rows, frame.first_rows);
        known->range_before.insert(known->range_before.end(), frame.range_before.begin(), frame.range_before.end());
        known->range_after.insert(known->range_after.end(), frame.range_after.begin(), frame.range_after.end());
    }
    return frames;
}

std::vector<ast::Expression> LogicalPlanner::common_partition(const ast::Select& output) {
    ast::Select copy = output;
    const std::vector<ast::Expression> calls = window_functions_of(copy);
    const auto partition_of = [](const ast::Expression& call) -> const std::vector<ast::Expression>& {
        return std::get<ast::FunctionCall>(call.node).over->partition_by;
    };
    const bool same = std::all_of(calls.begin(), calls.end(), [&](const ast::Expression& call) {
        return same_expressions(partition_of(call), partition_of(calls.front()));
    });
    return same ? partition_of(calls.front()) : std::vector<ast::Expression>();
}

std::optional<logical::TopRows> LogicalPlanner::top_rows(const ast::Select& output) {
    ast::Select copy = output;
    const std::vector<ast::Expression> calls = window_functions_of(copy);
    if (calls.size() != 1 || !output.group_by.empty()) return std::nullopt;
    const auto limit = row_number_limit(output, calls.front());
    if (!limit) return std::nullopt;
    return logical::TopRows{output, common_partition(output), calls.front(), *limit};
}

}  // namespace laminar
