#include <fmt/format.h>

#include <algorithm>

#include "catalog/query/function_rewriter.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/aggregate_parts.h"
#include "runtime/plan/block_splitter.h"
#include "runtime/plan/stream_planner.h"
#include "runtime/plan/time_tracer.h"

namespace laminar {

namespace {

std::optional<ast::Expression> find_call(ast::Select& select, std::string_view name) {
    std::optional<ast::Expression> found;
    for_each_result_expression(select, [&](ast::Expression& expression) {
        (void)contains(expression, [&](const ast::Expression& each) {
            if (!found && called_function(each) == name) found = each;
            return found.has_value();
        });
    });
    return found;
}

ast::Expression rows_column(std::string_view name) { return make_column(operator_rows_alias, name, {}); }

/// Only buckets of time: a lower bound for the key is one for the time itself.
bool rounds_down(const ast::Expression& expression) {
    return !contains(expression, [](const ast::Expression& each) {
        // An offset of buckets is a sum, too, but of constants.
        return std::holds_alternative<ast::Binary>(each.node) && contains_column(each);
    });
}

const std::vector<ast::Expression>& arguments_of(const ast::Expression& call, std::vector<ast::Expression>& storage) {
    for (const ast::FunctionArgument& argument : std::get<ast::FunctionCall>(call.node).arguments)
        storage.push_back(argument.value);
    return storage;
}

/// What a set of GROUPING SETS groups by; empty for ROLLUP and CUBE, whose sets differ.
std::vector<ast::Expression> keys_of_set(const ast::GroupingElement& set) {
    if (set.kind != ast::GroupingElement::Kind::expression) return {};
    const ast::Expression& plain = without_parentheses(set.expressions.front());
    const auto* tuple = std::get_if<ast::Tuple>(&plain.node);
    return tuple ? tuple->elements : std::vector<ast::Expression>{plain};
}

std::vector<ast::Expression> in_all_sets(const ast::GroupingElement& sets) {
    if (sets.elements.empty()) return {};
    std::vector<ast::Expression> common = keys_of_set(sets.elements.front());
    for (const ast::GroupingElement& set : sets.elements) {
        const std::vector<ast::Expression> keys = keys_of_set(set);
        std::erase_if(common, [&](const ast::Expression& key) {
            return std::none_of(keys.begin(), keys.end(),
                                [&](const ast::Expression& other) { return text_of(other) == text_of(key); });
        });
    }
    return common;
}

/// Rows that the order of a window function leaves open are put in the order of all their values: which of them comes
/// first must not change from one computation to the next.
void settle_ties(ast::Select& output, const std::vector<OutputColumn>& values) {
    for_each_result_expression(output, [&](ast::Expression& expression) {
        replace_expressions(expression, [&](ast::Expression& each) {
            auto* call = std::get_if<ast::FunctionCall>(&each.node);
            const std::string name = called_function(each);
            // For others, rows of the same rank are peers, which more keys would tell apart.
            if (!call || !call->over || (name != "row_number" && name != "ntile" && name != "lag" && name != "lead"))
                return false;
            for (const OutputColumn& value : values) call->over->order_by.push_back({rows_column(value.name)});
            return true;
        });
    });
}

bool has_plain_groups(const ast::Select& select) {
    return std::all_of(select.group_by.begin(), select.group_by.end(), [](const ast::GroupingElement& element) {
        return element.kind == ast::GroupingElement::Kind::expression;
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

void StreamPlanner::name_items(ast::Select& select) {
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

std::vector<ast::Expression> StreamPlanner::written_out_groups(ast::Select& select) const {
    if (select.group_by_all) {
        select.group_by_all = false;
        for (const ast::SelectItem& item : select.items) {
            if (contains(item.value, [&](const auto& each) { return is_aggregate_call(each, aggregates_); })) continue;
            select.group_by.push_back({ast::GroupingElement::Kind::expression, {item.value}, {}});
        }
    }
    std::vector<ast::Expression> groups;
    const auto add = [&](const ast::Expression& expression) {
        const ast::Expression& plain = without_parentheses(expression);
        const auto* position = std::get_if<ast::Literal>(&plain.node);
        if (position && position->kind == ast::LiteralKind::integer) {
            const std::size_t index = static_cast<std::size_t>(std::strtoull(position->text.c_str(), nullptr, 10));
            if (index >= 1 && index <= select.items.size()) groups.push_back(select.items[index - 1].value);
            return;
        }
        const auto* reference = std::get_if<ast::ColumnReference>(&plain.node);
        const auto item = std::find_if(select.items.begin(), select.items.end(), [&](const ast::SelectItem& each) {
            return reference && reference->parts.size() == 1 &&
                   equals_ignoring_case(each.alias->text, reference->parts.front().text);
        });
        groups.push_back(item != select.items.end() ? item->value : expression);
    };
    for (const ast::GroupingElement& element : select.group_by) {
        if (element.kind == ast::GroupingElement::Kind::expression) {
            for (const ast::Expression& expression : element.expressions) add(expression);
        } else if (element.kind == ast::GroupingElement::Kind::grouping_sets) {
            for (const ast::Expression& expression : in_all_sets(element)) add(expression);
        }
    }
    return groups;
}

void StreamPlanner::plan_stateful(ast::Select& select, SourceSpan span) {
    const auto relations = columns_.relations_of(*select.from);
    expand_stars(select, relations);
    name_items(select);
    if (separate_over(select, span)) return;
    refuse_present_time(select);
    SplitBlock split(select, relations);
    split.set_groups(written_out_groups(split.output()));

    if (reads_changes(*select.from)) return plan_changing(select, span, split, "aggregate of changes");
    const bool has_over = has_window_functions(split.output());
    const bool has_aggregate =
        std::any_of(split.output().items.begin(), split.output().items.end(), [&](const ast::SelectItem& item) {
            return contains(item.value, [&](const auto& each) { return is_aggregate_call(each, aggregates_); });
        });
    if (!split.groups().empty() || has_aggregate || split.output().having || !split.output().group_by.empty()) {
        if (plan_grouped(select, span, split)) return;
        if (!split.groups().empty()) warn_of_unbounded_state(span, "every new group is kept for good");
        return plan_changing(select, span, split, "aggregate");
    }
    if (has_over) {
        if (plan_over(select, span, split)) return;
        return plan_changing(select, span, split, "window functions");
    }
    if (auto call = find_call(split.output(), "laminar_session"))
        reject(call->span, "SESSION needs GROUP BY",
               "group by it: GROUP BY user_id, SESSION(ts, INTERVAL '30 seconds')");
    // DISTINCT: complete where one of the items grows with time.
    if (auto call = find_call(split.output(), "laminar_hop")) return plan_hop(select, span, split, *call);
    if (split.output().distinct_on.empty()) {
        for (const ast::SelectItem& item : split.output().items) {
            const ast::Expression value = split.below(item.value);
            const TimeTracer tracer = make_tracer();
            if (auto key = tracer.trace(value, *select.from))
                return plan_window(select, span, split, value, *key, "distinct within windows");
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
    plan_changing(select, span, split, "distinct");
}

bool StreamPlanner::plan_grouped(ast::Select& select, SourceSpan span, SplitBlock& split) {
    if (auto call = find_call(split.output(), "laminar_session")) {
        plan_session(select, span, split, *call);
        return true;
    }
    if (auto call = find_call(split.output(), "laminar_hop")) {
        plan_hop(select, span, split, *call);
        return true;
    }
    const TimeTracer tracer = make_tracer();
    for (const ast::Expression& group : split.groups()) {
        const ast::Expression value = split.below(group);
        const auto key = tracer.trace(value, *select.from);
        if (!key) continue;
        plan_window(select, span, split, value, *key, "window aggregate");
        return true;
    }
    return false;
}

/// Of the groups and their fields, over the rows, the one that is this expression over FROM, if it is a TIMESTAMP.
std::optional<ast::Expression> StreamPlanner::same_over_rows(SplitBlock& split, const ast::Expression& value) const {
    std::optional<ast::Expression> same;
    const auto look_at = [&](const ast::Expression& candidate) {
        if (!same && text_of(split.below(candidate)) == text_of(value)) same = candidate;
    };
    for (const ast::Expression& group : split.groups()) {
        look_at(group);
        const auto* structure = std::get_if<ast::StructLiteral>(&without_parentheses(group).node);
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
    const std::string base_text = base ? text_of(*base) : std::string();
    const auto base_key = base ? make_tracer().trace(*base, *select.from) : std::nullopt;
    const bool base_is_window = base_key && is_window_structure(*base_key);
    const bool has_output_clock = rounds_down(start);
    const std::optional<ast::Expression> same_as_start = same_over_rows(split, start);
    split.add_value(make_cast(start, "TIMESTAMP", {}), time_key_column);

    WindowPlan window;
    window.key = as_timestamps(key);
    window.input.query = make_query(split.input());
    window.input.in_order = comes_in_order(*select.from);
    window.input.lateness = lateness(window.input.query, time_key_column, window.key);
    sum_up_frames_exactly(split.output(), columns_.of(window.input.query));
    window.query = make_query(split.output());
    window.parts =
        aggregate_parts(split.output(), split.groups(), columns_.of(window.input.query), aggregates_, columns_,
                        sums_of_windows(window.input), true, same_as_start ? &*same_as_start : nullptr);
    const ast::Select output = split.output();
    const ast::Query described = make_query(select);
    add_operator(select, name, span, std::move(window), described);
    if (has_output_clock) find_time_columns(output, split, base_text, std::nullopt, base_is_window);
}

void StreamPlanner::plan_hop(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call) {
    const ast::Expression below = split.below(call);
    std::vector<ast::Expression> arguments;
    arguments_of(below, arguments);
    const TimeTracer tracer = make_tracer();
    const auto key = tracer.trace(below, *select.from);
    if (!key)
        reject(call.span, "HOP needs the time of the rows, and this is not it",
               "declare it: CREATE TABLE ... (..., WATERMARK FOR ts)");
    replace_text(split.output(), text_of(call), rows_column(window_column));
    if (auto other = find_call(split.output(), "laminar_hop"))
        reject(other->span, "a query can have one HOP", "use one query for each, joined or united afterwards");
    split.evaluate_early(aggregates_);
    const ast::Select described = select;
    split.add_value(make_call("unnest", {make_call("laminar_hop_windows", arguments, call.span)}, call.span),
                    window_column);

    WindowPlan window;
    window.key = as_timestamps(*key);
    window.input.query = with_time_key(split.input(), make_struct_field(make_column("", window_column, {}), "start"));
    window.input.in_order = comes_in_order(*select.from);
    // Window by window: a row is late for those that have passed, and the others take it.
    window.input.lateness = lateness(window.input.query, time_key_column, window.key);
    sum_up_frames_exactly(split.output(), columns_.of(window.input.query));
    window.query = make_query(split.output());
    std::vector<ast::Expression> groups = split.groups();
    for (ast::Expression& group : groups) {
        replace_expressions(group, [&](ast::Expression& each) {
            if (text_of(each) != text_of(call)) return false;
            each = rows_column(window_column);
            return true;
        });
    }
    window.parts = aggregate_parts(split.output(), groups, columns_.of(window.input.query), aggregates_, columns_,
                                   sums_of_windows(window.input), true);
    const ast::Select output = split.output();
    ast::StructLiteral structure;
    structure.entries.push_back({make_string("start", {}), make_column("", clock_variable, {})});
    structure.entries.push_back(
        {make_string("end", {}), make_binary(make_column("", clock_variable, {}), "+", arguments.back())});
    add_operator(select, "hopping window aggregate", span, std::move(window), make_query(described));
    find_time_columns(output, split, clock_variable, ast::Expression{{}, std::move(structure)});
}

void StreamPlanner::plan_session(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call) {
    const ast::Expression below = split.below(call);
    std::vector<ast::Expression> arguments;
    arguments_of(below, arguments);
    const TimeTracer tracer = make_tracer();
    const auto key = tracer.trace(arguments.front(), *select.from);
    if (!key)
        reject(call.span, "SESSION needs the time of the rows, and this is not it",
               "declare it: CREATE TABLE ... (..., WATERMARK FOR ts)");
    if (!has_plain_groups(split.output()))
        reject(call.span, "SESSION does not go with GROUPING SETS", "group by plain expressions");
    const std::string text = text_of(call);
    SessionPlan session;
    session.key = as_timestamps(*key);
    for (const ast::Expression& group : split.groups()) {
        if (!contains(group, [&](const auto& each) { return text_of(each) == text; }))
            session.partition.push_back(group);
    }
    session.gap = arguments.back();
    replace_text(split.output(), text, rows_column(window_column));
    if (auto other = find_call(split.output(), "laminar_session"))
        reject(other->span, "a query can have one SESSION", "use one query for each, joined or united afterwards");
    split.evaluate_early(aggregates_);
    split.add_value(make_cast(arguments.front(), "TIMESTAMP", {}), time_key_column);
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
    find_time_columns(output, split, clock_variable, ast::Expression{{}, std::move(structure)});
}

void StreamPlanner::plan_changing(ast::Select& select, SourceSpan span, SplitBlock& split, const std::string& name) {
    if (auto call = find_call(split.output(), "laminar_hop"))
        reject(call->span, "HOP cannot be taken over rows that change", "window the rows before they are aggregated");
    if (auto call = find_call(split.output(), "laminar_session"))
        reject(call->span, "SESSION cannot be taken over rows that change",
               "window the rows before they are aggregated");
    const bool from_changes = reads_changes(*select.from);
    ChangingPlan changing;
    ast::Select& output = split.output();
    refuse_moments_of(output, from_changes);
    split.evaluate_early(aggregates_);
    if (split.input().items.empty()) split.add_value(make_number(1), "c0");
    const auto values = columns_.of(make_query(split.input()));
    settle_ties(output, values);
    changing.query = make_query(output);
    std::vector<std::string> keys;
    const bool plain_groups = has_plain_groups(output);
    if (!split.groups().empty() && plain_groups && !has_window_functions(output)) {
        changing.groups = split.groups();
        changing.grouped = true;
        for (const ast::Expression& group : split.groups()) {
            for (const ast::SelectItem& item : output.items) {
                if (text_of(item.value) == text_of(group)) {
                    keys.push_back(item.alias->text);
                    break;
                }
            }
        }
        if (keys.size() != split.groups().size()) keys.clear();
    }
    if (has_window_functions(output)) plan_ranks(output, from_changes, changing);
    const bool in_order = comes_in_order(*select.from);
    changing.inputs.push_back({make_query(split.input()), {}, from_changes, in_order});
    if (!from_changes && !has_window_functions(output))
        changing.parts = aggregate_parts(output, changing.groups, values, aggregates_, columns_,
                                         in_order ? FloatingSums::folded : FloatingSums::exact, false);
    if (!from_changes && !changing.parts && !changing.prune)
        warn_of_unbounded_state(span, "all rows are kept, because the aggregates cannot be computed from parts");
    // Groups without aggregates stay as they are once they are there.
    const bool stays =
        changing.parts && !from_changes && !output.having &&
        std::get<ast::Select>(changing.parts->make.body.node).items.size() == changing.parts->keys.size();
    const ast::Query described = make_query(select);
    PlannedOperator& planned = add_operator(select, name, span, std::move(changing), described);
    planned.changes = !stays;
    planned.key_columns = std::move(keys);
}

/// Arguments of aggregates are evaluated once, when the row comes, unless rows are taken back; nothing else is.
void StreamPlanner::refuse_moments_of(const ast::Select& output, bool from_changes) const {
    const auto look_at = [&](const ast::Expression& expression) {
        ast::Expression outside = expression;
        if (!from_changes) {
            replace_expressions(outside, [&](ast::Expression& each) {
                if (!is_aggregate_call(each, aggregates_)) return false;
                const auto& call = std::get<ast::FunctionCall>(each.node);
                if (call.filter) refuse_present_time(*call.filter, "FILTER");
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

void StreamPlanner::unnest_hops(ast::Select& select) {
    for (ast::SelectItem& item : select.items) {
        replace_expressions(item.value, [&](ast::Expression& each) {
            if (called_function(each) != "laminar_hop") return false;
            std::vector<ast::Expression> arguments;
            arguments_of(each, arguments);
            const SourceSpan span = each.span;
            each = make_call("unnest", {make_call("laminar_hop_windows", std::move(arguments), span)}, span);
            return true;
        });
    }
}

void StreamPlanner::find_time_columns(const ast::Select& output, const SplitBlock& split, const std::string& base,
                                      const std::optional<ast::Expression>& window, bool base_is_window) {
    const std::size_t index = plan_.operators.size() - 1;
    const std::size_t clock = add_output_clock(plan_.input_count + index, 0);
    PlannedOperator& planned = plan_.operators.back();
    planned.output_clocks.push_back(clock);
    const std::string window_text = text_of(rows_column(window_column));
    for (const ast::SelectItem& item : output.items) {
        ast::Expression value = item.value;
        if (window) {
            replace_expressions(value, [&](ast::Expression& each) {
                if (text_of(each) != window_text) return false;
                each = *window;
                return true;
            });
        }
        value = split.below(std::move(value));
        std::string looked_for = base;
        if (base_is_window) {
            // Its start is the clock; of its end nothing more is known.
            ast::StructLiteral both;
            both.entries.push_back({make_string("start", {}), make_column("", clock_variable, {})});
            both.entries.push_back({make_string("end", {}), make_column("", clock_variable, {})});
            replace_expressions(value, [&](ast::Expression& each) {
                if (!std::holds_alternative<ast::ColumnReference>(each.node) || text_of(each) != base) return false;
                each = ast::Expression{{}, both};
                return true;
            });
            looked_for = text_of(make_column("", clock_variable, {}));
        }
        simplify_time(value);
        const ast::Expression* reference = growing_reference(value);
        if (!reference || text_of(*reference) != looked_for) continue;
        replace_expressions(value, [&](ast::Expression& each) {
            if (!std::holds_alternative<ast::ColumnReference>(each.node) || text_of(each) != base) return false;
            each = make_column("", clock_variable, {});
            return true;
        });
        planned.time_columns.push_back({item.alias->text, clock, std::move(value)});
    }
}

void StreamPlanner::warn_of_unbounded_state(SourceSpan span, const std::string& what) {
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
