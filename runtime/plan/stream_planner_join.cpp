#include <fmt/format.h>

#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/expressions/row_computations.h"
#include "runtime/plan/expressions/shown_names.h"
#include "runtime/plan/join_conditions.h"
#include "runtime/plan/stream_planner.h"
#include "runtime/plan/time_tracer.h"

namespace laminar {

namespace {

constexpr const char* side_alias[2] = {"__left", "__right"};

struct SideValue {
    std::size_t side = 0;
    ast::Expression reference;
    std::string name;
};

}  // namespace

std::size_t StreamPlanner::stream_count(const ast::TableReference& table) const {
    if (const auto* join = std::get_if<ast::Join>(&table.node); join && !table.alias)
        return stream_count(*join->left) + stream_count(*join->right);
    return reads_stream(table) ? 1 : 0;
}

ast::TableReference* StreamPlanner::innermost_stream_join(ast::TableReference& table, std::string& part) {
    auto* join = std::get_if<ast::Join>(&table.node);
    if (!join || stream_count(table) < 2) return nullptr;
    std::string deeper_part = part + ".left";
    auto* deeper = innermost_stream_join(*join->left, deeper_part);
    if (!deeper) {
        deeper_part = part + ".right";
        deeper = innermost_stream_join(*join->right, deeper_part);
    }
    if (!deeper) return &table;
    part = std::move(deeper_part);
    return deeper;
}

void StreamPlanner::plan_joins(ast::Select& select) {
    if (stream_count(*select.from) < 2) return;
    // Before what it says of one side alone is asked of the rows of that side.
    if (select.where) refuse_present_time(*select.where, "WHERE", select);
    // Stars and the names of columns are those of the whole clause, before parts of it become operators.
    expand_stars(select, columns_.relations_of(*select.from));
    name_items(select);
    while (stream_count(*select.from) >= 2) {
        std::string part = "from";
        ast::TableReference& join = *innermost_stream_join(*select.from, part);
        const Place place(*this, part);
        plan_join(select, join);
    }
}

void StreamPlanner::plan_join(ast::Select& select, ast::TableReference& table) {
    ast::Join join = std::get<ast::Join>(table.node);
    const SourceSpan span = table.span;
    const std::string joined_alias = fmt::format("__joined{}", plan_.operators.size() + 1);
    refuse_present_time(table);
    check_static_joins(*join.left);
    check_static_joins(*join.right);
    const auto all_relations = columns_.relations_of(*select.from);
    const auto left_relations = columns_.relations_of(*join.left);
    const auto right_relations = columns_.relations_of(*join.right);
    const std::vector<FromRelation>* relations[2] = {&left_relations, &right_relations};
    const ast::TableReference* froms[2] = {&*join.left, &*join.right};
    using Kind = ast::Join::Kind;
    if (join.kind == Kind::positional)
        reject(span, "rows of a stream have no positions to join by", "join on a column");

    // Which side a reference belongs to; 2: neither.
    const auto side_of = [&](const ast::ColumnReference& reference) -> std::size_t {
        const auto whole = resolve(reference, all_relations);
        if (!whole) return 2;
        for (std::size_t side = 0; side < 2; ++side) {
            for (const FromRelation& relation : *relations[side]) {
                const bool same = equals_ignoring_case(relation.alias, whole->relation->alias) &&
                                  relation.columns.size() == whole->relation->columns.size();
                if (same && resolve(reference, *relations[side])) return side;
            }
        }
        return 2;
    };
    const auto sides_of = [&](const ast::Expression& expression) {
        bool used[3] = {false, false, false};
        (void)contains(expression, [&](const ast::Expression& each) {
            if (const auto* reference = std::get_if<ast::ColumnReference>(&each.node)) used[side_of(*reference)] = true;
            return false;
        });
        return (used[0] ? 1U : 0U) | (used[1] ? 2U : 0U) | (used[2] ? 4U : 0U);
    };

    // The condition, with USING and NATURAL written out, and with what WHERE says about the two sides alone.
    std::vector<ast::Expression> conditions;
    std::vector<std::string> merged;
    for (const ast::Identifier& column : join.using_columns) merged.push_back(column.text);
    if (join.natural) {
        for (const FromRelation& right : right_relations) {
            for (const OutputColumn& column : right.columns) {
                if (resolve(ast::ColumnReference{{make_identifier(column.name, {})}}, left_relations))
                    merged.push_back(column.name);
            }
        }
    }
    const auto qualified = [&](const std::string& column, std::size_t side) {
        for (const FromRelation& relation : *relations[side]) {
            const bool has =
                std::any_of(relation.columns.begin(), relation.columns.end(),
                            [&](const OutputColumn& each) { return equals_ignoring_case(each.name, column); });
            if (has) return make_column(relation.alias, column, span);
        }
        return make_column("", column, span);
    };
    for (const std::string& column : merged)
        conditions.push_back(make_binary(qualified(column, 0), ast::OperatorKind::equal, qualified(column, 1)));
    if (join.on) {
        for (ast::Expression& part : conjuncts_of(*join.on)) conditions.push_back(std::move(part));
    }
    if (is_inner(join) && select.where) {
        std::vector<ast::Expression> rest;
        for (ast::Expression& part : conjuncts_of(*select.where)) {
            const bool about_both = sides_of(part) == 3 && !contains(part, [](const auto& each) {
                                        return std::holds_alternative<ast::Subquery>(each.node);
                                    });
            (about_both ? conditions : rest).push_back(std::move(part));
        }
        select.where = rest.empty() ? ast::ExpressionBox() : ast::ExpressionBox(conjunction_of(std::move(rest)));
    }

    // What is said of one side alone is asked of its rows before they are kept.
    std::vector<ast::Expression> filters[2];
    const auto take_filters = [&](std::vector<ast::Expression>& parts, const auto& filters_side) {
        std::erase_if(parts, [&](const ast::Expression& part) {
            const unsigned sides = sides_of(part);
            if (sides != 1 && sides != 2) return false;
            const std::size_t side = sides - 1;
            // A query inside may refer to both sides.
            if (has_query(part) || !filters_side(join, side)) return false;
            filters[side].push_back(part);
            return true;
        });
    };
    take_filters(conditions, filters_in_condition);
    if (select.where) {
        std::vector<ast::Expression> rest = conjuncts_of(*select.where);
        take_filters(rest, filters_in_where);
        select.where = rest.empty() ? ast::ExpressionBox() : ast::ExpressionBox(conjunction_of(std::move(rest)));
    }

    JoinPlan plan;
    plan.kind = join.asof                 ? JoinPlan::Kind::asof
                : join.kind == Kind::semi ? JoinPlan::Kind::semi
                : join.kind == Kind::anti ? JoinPlan::Kind::anti
                                          : JoinPlan::Kind::pairs;
    plan.sides[0].keeps_unmatched = join.kind == Kind::left || join.kind == Kind::full;
    plan.sides[1].keeps_unmatched = join.kind == Kind::right || join.kind == Kind::full;

    // Values of the sides, as far as somebody refers to them.
    std::vector<SideValue> values;
    ShownNames side_names[2];
    ast::Select inputs[2];
    for (std::size_t side = 0; side < 2; ++side) {
        inputs[side].from = *froms[side];
        if (!filters[side].empty()) inputs[side].where = conjunction_of(filters[side]);
    }
    const auto value_name = [&](const ast::Expression& reference, std::size_t side) {
        for (const SideValue& value : values) {
            if (value.side == side && ast::same_structure(value.reference, reference)) return value.name;
        }
        SideValue value{side, reference, side_names[side].add(shown_name(reference))};
        inputs[side].items.push_back(make_item(reference, value.name));
        values.push_back(value);
        return value.name;
    };
    const auto to_side_values = [&](ast::Expression& expression, bool with_alias) {
        replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>& bound) {
            const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
            if (!reference) return false;
            if (std::find(bound.begin(), bound.end(), fold_case(reference->parts.front().text)) != bound.end())
                return true;
            const std::size_t side = side_of(*reference);
            if (side > 1) return true;
            const SourceSpan at = each.span;
            const std::string name = value_name(each, side);
            each = make_column(with_alias ? side_alias[side] : operator_rows_alias, name, at);
            return true;
        });
    };

    // What the rest of the block refers to.
    ast::Select joined;
    std::vector<std::pair<ast::Expression, std::string>> outputs;  // The reference, and its name in the result.
    ShownNames output_names;
    const bool coalesces = join.kind == Kind::right || join.kind == Kind::full;
    const auto to_joined = [&](ast::Expression& expression) {
        replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>& bound) {
            const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
            if (!reference) return false;
            if (std::find(bound.begin(), bound.end(), fold_case(reference->parts.front().text)) != bound.end())
                return true;
            if (side_of(*reference) > 1) return true;
            std::string name;
            for (const auto& [known, known_name] : outputs) {
                if (ast::same_structure(known, each)) name = known_name;
            }
            const SourceSpan at = each.span;
            if (name.empty()) {
                const std::string relation = resolve(*reference, all_relations)->relation->alias;
                name = output_names.add(relation.empty() || relation.starts_with("__")
                                            ? shown_name(each)
                                            : relation + "." + shown_name(each));
                ast::Expression value = each;
                const bool both = coalesces && reference->parts.size() == 1 &&
                                  std::any_of(merged.begin(), merged.end(), [&](const std::string& column) {
                                      return equals_ignoring_case(column, reference->parts.front().text);
                                  });
                if (both) {
                    const std::string column = reference->parts.front().text;
                    value = make_call("coalesce", {qualified(column, 0), qualified(column, 1)}, at);
                }
                to_side_values(value, true);
                joined.items.push_back(make_item(std::move(value), name));
                outputs.emplace_back(each, name);
            }
            each = make_column(joined_alias, name, at);
            return true;
        });
    };
    const std::vector<ast::Expression> plain_conditions = conditions;
    SideComputations computations(sides_of, [&](std::size_t side, const ast::Expression& expression) {
        return type_over(columns_, *froms[side], expression);
    });
    for (const ast::Expression& condition : plain_conditions) computations.add(condition);
    for (ast::Expression& condition : conditions) to_side_values(condition, true);
    for_each_result_expression(select, to_joined);
    if (select.where) to_joined(*select.where);
    // Conditions of the joins around this one.
    const auto outer_conditions = [&](const auto& self, ast::TableReference& each) -> void {
        auto* outer = std::get_if<ast::Join>(&each.node);
        if (!outer || &each == &table) return;
        self(self, *outer->left);
        self(self, *outer->right);
        if (outer->on) to_joined(*outer->on);
    };
    outer_conditions(outer_conditions, *select.from);
    if (joined.items.empty()) joined.items.push_back(make_item(make_number(1), "j0"));

    // Times.
    const TimeTracer tracer = make_tracer();
    std::optional<ast::Expression> time_base[2];
    bool time_is_window[2] = {false, false};
    const auto take_time = [&](std::size_t side, const ast::Expression& value) {
        ast::Expression simple = value;
        simplify_time(simple);
        const ast::Expression* base = growing_reference(simple);
        if (!base || plan.sides[side].time) return;
        const auto key = tracer.trace(*base, *froms[side]);
        if (!key) return;
        time_base[side] = *base;
        time_is_window[side] = is_window_structure(*key);
        const ast::Expression start = is_window_structure(*key) ? make_struct_field(*base, "start") : *base;
        inputs[side].items.push_back(make_item(make_cast(start, "TIMESTAMP", {}), time_key_column));
        plan.sides[side].time = as_timestamps(*key);
    };
    const auto as_side_value = [&](ast::Expression value, const TimeKey& key) {
        if (is_window_structure(key)) {
            simplify_time(value);
            value = simplified_field(std::move(value), "start");
        }
        to_side_values(value, false);
        return make_cast(std::move(value), "TIMESTAMP", {});
    };
    std::vector<std::pair<ast::Expression, TimeKey>> late[2];
    for (const ast::Expression& condition : plain_conditions) {
        for (const TimeOrder& order : orders_in(condition)) {
            const unsigned small_side = sides_of(order.smaller);
            const unsigned large_side = sides_of(order.larger);
            if ((small_side | large_side) != 3 || small_side == large_side || small_side == 3 || large_side == 3)
                continue;
            const std::size_t small = small_side == 1 ? 0 : 1;
            const std::size_t large = 1 - small;
            const auto small_key = tracer.trace(order.smaller, *froms[small]);
            const auto large_key = tracer.trace(order.larger, *froms[large]);
            if (!small_key || !large_key) continue;
            take_time(small, order.smaller);
            take_time(large, order.larger);
            // Whatever is still to come on the smaller side is at least its watermark: larger values below that are
            // done.
            plan.sides[large].expiries.push_back({as_side_value(order.larger, *large_key), as_timestamps(*small_key)});
            ast::Expression smaller = order.smaller;
            simplify_time(smaller);
            if (is_window_structure(*small_key)) smaller = simplified_field(std::move(smaller), "start");
            late[small].emplace_back(make_cast(std::move(smaller), "TIMESTAMP", {}), as_timestamps(*small_key));
        }
    }

    const bool from_changes = reads_changes(*join.left) || reads_changes(*join.right);
    const auto make_rows = [&](std::size_t side) { return make_scan(operator_rows_scan - side, side_alias[side]); };
    ast::Join over_values;
    over_values.kind = conditions.empty() && join.kind == Kind::inner ? Kind::cross : join.kind;
    if (!conditions.empty() && over_values.kind == Kind::cross) over_values.kind = Kind::inner;
    over_values.asof = join.asof;
    over_values.left = make_rows(0);
    over_values.right = make_rows(1);
    if (!conditions.empty()) over_values.on = conjunction_of(conditions);
    ast::TableReference pair;
    pair.node = over_values;
    joined.from = pair;

    std::size_t index = plan_.operators.size();
    const std::size_t scan = plan_.input_count + index;
    PlannedOperator planned;
    planned.id = place_;
    planned.span = span;
    // Columns are asked for over the inputs as they are.
    const auto finish_inputs = [&] {
        for (std::size_t side = 0; side < 2; ++side) {
            if (inputs[side].items.empty()) inputs[side].items.push_back(make_item(make_number(1), "v0"));
            require_computable(inputs[side], computations.take(side));
            plan.sides[side].input.query = make_query(inputs[side]);
            plan.sides[side].input.lateness = lateness(plan.sides[side].input.query, late[side]);
        }
    };
    const auto described_with = [&](const ast::Select& block) {
        ast::Select over_inputs = block;
        auto& described_join = std::get<ast::Join>(over_inputs.from->node);
        for (std::size_t side = 0; side < 2; ++side) {
            ast::TableReference rows;
            rows.node = ast::DerivedTable{false, plan.sides[side].input.query};
            rows.alias = ast::TableAlias{make_identifier(side_alias[side], {}), {}};
            (side == 0 ? described_join.left : described_join.right) = std::move(rows);
        }
        return columns_.of(make_query(std::move(over_inputs)));
    };

    if (plan.kind == JoinPlan::Kind::asof) {
        if (from_changes)
            reject(span, "ASOF JOIN cannot take rows that change", "window the rows before they are joined");
        if (!plan.sides[0].time || !plan.sides[1].time)
            reject(span, "ASOF JOIN needs the times of both sides",
                   "compare the event times: ON a.key = b.key AND a.ts >= b.ts");
        for (const ast::Expression& condition : plain_conditions) {
            const auto* binary = std::get_if<ast::Binary>(&condition.node);
            if (!binary || !binary->op.is(ast::OperatorKind::equal)) continue;
            for (const ast::Expression* operand : {&*binary->left, &*binary->right}) {
                if (sides_of(*operand) != 2) continue;
                ast::Expression value = *operand;
                to_side_values(value, false);
                plan.asof_keys.push_back(std::move(value));
            }
        }
        if (join.kind != Kind::inner && join.kind != Kind::left)
            reject(span, "ASOF JOIN keeps the rows of the left side alone",
                   "put the stream whose rows are looked up on the right");
        finish_inputs();
        for (JoinPlan::Side& side : plan.sides)
            side.input.lateness = lateness(side.input.query, time_key_column, *side.time);
    } else {
        const bool left_needed =
            plan.sides[0].keeps_unmatched || plan.kind == JoinPlan::Kind::semi || plan.kind == JoinPlan::Kind::anti;
        const bool unbounded_left = plan.sides[0].expiries.empty();
        const bool unbounded_right = plan.sides[1].expiries.empty();
        const bool waits_forever =
            (left_needed && unbounded_left) || (plan.sides[1].keeps_unmatched && unbounded_right);
        if (from_changes || waits_forever) {
            // Which rows have no partner is never settled: the result changes.
            for (std::size_t side = 0; side < 2; ++side) {
                std::erase_if(inputs[side].items,
                              [](const ast::SelectItem& item) { return item.alias->text == time_key_column; });
                late[side].clear();
            }
            finish_inputs();
            if (!from_changes) warn_of_unbounded_state(span, "no time bounds how late a partner may come");
            ChangingPlan changing;
            for (std::size_t side = 0; side < 2; ++side) {
                changing.inputs.push_back(plan.sides[side].input);
                changing.inputs.back().changes = reads_changes(*froms[side]);
            }
            std::vector<bool> may_fail;
            for (const ast::Expression& condition : plain_conditions)
                may_fail.push_back(computations.may_fail_for_pairs(condition, [&](const ast::Expression& expression) {
                    return type_over(columns_, table, expression);
                }));
            changing.pairs = try_conditions(joined, conditions, may_fail);
            changing.query = make_query(joined);
            planned.columns = described_with(joined);
            planned.name = "changing join";
            planned.node = std::move(changing);
            planned.changes = true;
        } else {
            if (unbounded_left || unbounded_right)
                warn_of_unbounded_state(span, "no time bounds how late a partner may come");
            ast::Select matched;
            matched.from = pair;
            std::get<ast::Join>(matched.from->node).kind = conditions.empty() ? Kind::cross : Kind::inner;
            for (std::size_t side = 0; side < 2; ++side)
                matched.items.push_back(
                    make_item(make_column(side_alias[side], arrival_column, {}), side == 0 ? "l" : "r"));
            plan.matched = make_query(std::move(matched));
            finish_inputs();
        }
    }
    if (!planned.changes) {
        planned.columns = described_with(joined);
        planned.name = plan.kind == JoinPlan::Kind::asof ? "ASOF join" : "join bounded in time";
        if (plan.sides[0].expiries.empty() && plan.sides[1].expiries.empty() && plan.kind != JoinPlan::Kind::asof)
            planned.name = "join";
        plan.query = make_query(joined);
        const bool anti_like = plan.kind == JoinPlan::Kind::pairs || plan.kind == JoinPlan::Kind::asof;
        for (std::size_t side = 0; side < (anti_like ? 2U : 1U); ++side) {
            if (!plan.sides[side].time) continue;
            // ASOF: rows of the right side may be repeated at any later time.
            if (plan.kind == JoinPlan::Kind::asof && side == 1) continue;
            // Unmatched rows have NULL for the other side's time, which no clock says anything about.
            if (plan.sides[1 - side].keeps_unmatched) continue;
            const std::size_t clock = add_output_clock(scan, side);
            planned.output_clocks.push_back(clock);
            ast::StructLiteral structure;
            structure.entries.push_back({make_string("start", {}), make_column("", clock_variable, {})});
            structure.entries.push_back({make_string("end", {}), make_column("", clock_variable, {})});
            for (const auto& [reference, name] : outputs) {
                if (!ast::same_structure(reference, *time_base[side])) continue;
                planned.time_columns.push_back(
                    {name, clock,
                     time_is_window[side] ? ast::Expression{{}, structure} : make_column("", clock_variable, {})});
            }
        }
        planned.node = std::move(plan);
    }
    plan_.operators.push_back(std::move(planned));
    table = make_scan(scan, joined_alias);
}

}  // namespace laminar
