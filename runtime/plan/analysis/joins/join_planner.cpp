#include "runtime/plan/analysis/joins/join_planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

ast::ExpressionBox boxed_conjunction(std::vector<ast::Expression> parts) {
    return parts.empty() ? ast::ExpressionBox() : ast::ExpressionBox(conjunction_of(std::move(parts)));
}

LogicalPlanner::JoinPlanner::JoinPlanner(LogicalPlanner& planner, ast::Select& select, ast::TableReference& table)
    : planner_(planner),
      select_(select),
      table_(table),
      join_(std::get<ast::Join>(table.node)),
      all_relations_(planner.columns_.relations_of(*select.from)),
      relations_{planner.columns_.relations_of(*join_.left), planner.columns_.relations_of(*join_.right)},
      joined_alias_(fmt::format("__joined{}", planner.nodes_.size() + 1)) {}

void LogicalPlanner::JoinPlanner::plan() {
    if (join_.kind == Kind::positional)
        planner_.reject(table_.span, "rows of a stream have no positions to join by", "join on a column");
    collect_conditions();
    filter_sides();
    sides_[0].keeps_unmatched = join_.kind == Kind::left || join_.kind == Kind::full;
    sides_[1].keeps_unmatched = join_.kind == Kind::right || join_.kind == Kind::full;
    plain_conditions_ = conditions_;
    for (ast::Expression& condition : conditions_) to_side_values(condition, true);
    lead_block_to_result();
    find_times();
    for (ast::Select& input : inputs_) {
        if (input.items.empty()) input.items.push_back(make_item(make_number(1), "v0"));
    }
    join_side_values();
    if (join_.asof)
        plan_asof();
    else if (reads_changes() || waits_forever())
        plan_changing();
    else
        plan_pairs();
    table_ = make_scan(planner_.nodes_.back().node.number, joined_alias_);
}

const ast::TableReference& LogicalPlanner::JoinPlanner::from(std::size_t side) const {
    return side == 0 ? *join_.left : *join_.right;
}

bool LogicalPlanner::JoinPlanner::reads_changes() const {
    return planner_.reads_changes(*join_.left) || planner_.reads_changes(*join_.right);
}

std::size_t LogicalPlanner::JoinPlanner::side_of(const ast::ColumnReference& reference) const {
    const auto whole = resolve(reference, all_relations_);
    if (!whole) return 2;
    for (std::size_t side = 0; side < 2; ++side) {
        for (const FromRelation& relation : relations_[side]) {
            const bool same = equals_ignoring_case(relation.alias, whole->relation->alias) &&
                              relation.columns.size() == whole->relation->columns.size();
            if (same && resolve(reference, relations_[side])) return side;
        }
    }
    return 2;
}

unsigned LogicalPlanner::JoinPlanner::sides_of(const ast::Expression& expression) const {
    unsigned sides = 0;
    (void)contains(expression, [&](const ast::Expression& each) {
        if (const auto* reference = std::get_if<ast::ColumnReference>(&each.node)) sides |= 1U << side_of(*reference);
        return false;
    });
    return sides;
}

ast::Expression LogicalPlanner::JoinPlanner::qualified(const std::string& column, std::size_t side) const {
    for (const FromRelation& relation : relations_[side]) {
        const bool has = std::any_of(relation.columns.begin(), relation.columns.end(),
                                     [&](const OutputColumn& each) { return equals_ignoring_case(each.name, column); });
        if (has) return make_column(relation.alias, column, table_.span);
    }
    return make_column("", column, table_.span);
}

void LogicalPlanner::JoinPlanner::collect_conditions() {
    for (const ast::Identifier& column : join_.using_columns) merged_.push_back(column.text);
    if (join_.natural) {
        for (const FromRelation& right : relations_[1]) {
            for (const OutputColumn& column : right.columns) {
                if (resolve(ast::ColumnReference{{make_identifier(column.name, {})}}, relations_[0]))
                    merged_.push_back(column.name);
            }
        }
    }
    for (const std::string& column : merged_)
        conditions_.push_back(make_binary(qualified(column, 0), ast::OperatorKind::equal, qualified(column, 1)));
    if (join_.on) {
        for (ast::Expression& part : conjuncts_of(*join_.on)) conditions_.push_back(std::move(part));
    }
    if (!is_inner(join_) || !select_.where) return;
    std::vector<ast::Expression> rest;
    for (ast::Expression& part : conjuncts_of(*select_.where)) {
        const bool about_both = sides_of(part) == 3 && !contains(part, [](const auto& each) {
                                    return std::holds_alternative<ast::Subquery>(each.node);
                                });
        (about_both ? conditions_ : rest).push_back(std::move(part));
    }
    select_.where = boxed_conjunction(std::move(rest));
}

void LogicalPlanner::JoinPlanner::filter_sides() {
    std::vector<ast::Expression> filters[2];
    const auto take_filters = [&](std::vector<ast::Expression>& parts, const auto& filters_side) {
        std::erase_if(parts, [&](const ast::Expression& part) {
            const unsigned sides = sides_of(part);
            if (sides != 1 && sides != 2) return false;
            const std::size_t side = sides - 1;
            // A query inside may refer to both sides.
            if (has_query(part) || !filters_side(join_, side)) return false;
            filters[side].push_back(part);
            return true;
        });
    };
    take_filters(conditions_, filters_in_condition);
    if (select_.where) {
        std::vector<ast::Expression> rest = conjuncts_of(*select_.where);
        take_filters(rest, filters_in_where);
        select_.where = boxed_conjunction(std::move(rest));
    }
    for (std::size_t side = 0; side < 2; ++side) {
        inputs_[side].from = from(side);
        inputs_[side].where = boxed_conjunction(std::move(filters[side]));
    }
}

const std::string& LogicalPlanner::JoinPlanner::value_name(const ast::Expression& reference, std::size_t side) {
    for (const SideValue& value : values_[side]) {
        if (ast::same_structure(value.reference, reference)) return value.name;
    }
    std::string name = side_names_[side].add(shown_name(reference));
    inputs_[side].items.push_back(make_item(reference, name));
    return values_[side].emplace_back(SideValue{reference, std::move(name)}).name;
}

template <class Replace>
void LogicalPlanner::JoinPlanner::replace_references(ast::Expression& expression, const Replace& replace) {
    replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>& bound) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference) return false;
        if (std::find(bound.begin(), bound.end(), fold_case(reference->parts.front().text)) != bound.end()) return true;
        const std::size_t side = side_of(*reference);
        if (side < 2) replace(each, *reference, side);
        return true;
    });
}

void LogicalPlanner::JoinPlanner::to_side_values(ast::Expression& expression, bool with_alias) {
    replace_references(expression, [&](ast::Expression& each, const ast::ColumnReference&, std::size_t side) {
        const SourceSpan at = each.span;
        each = make_column(with_alias ? join_side_alias[side] : operator_rows_alias, value_name(each, side), at);
    });
}

void LogicalPlanner::JoinPlanner::to_result(ast::Expression& expression) {
    replace_references(expression, [&](ast::Expression& each, const ast::ColumnReference& reference, std::size_t) {
        const SourceSpan at = each.span;
        each = make_column(joined_alias_, result_name(each, reference), at);
    });
}

const std::string& LogicalPlanner::JoinPlanner::result_name(const ast::Expression& each,
                                                            const ast::ColumnReference& reference) {
    for (const SideValue& known : results_) {
        if (ast::same_structure(known.reference, each)) return known.name;
    }
    const std::string relation = resolve(reference, all_relations_)->relation->alias;
    std::string name = result_names_.add(
        relation.empty() || relation.starts_with("__") ? shown_name(each) : relation + "." + shown_name(each));
    ast::Expression value = each;
    const std::string& column = reference.parts.front().text;
    const bool is_of_both = (join_.kind == Kind::right || join_.kind == Kind::full) && reference.parts.size() == 1 &&
                            std::any_of(merged_.begin(), merged_.end(), [&](const std::string& merged) {
                                return equals_ignoring_case(merged, column);
                            });
    if (is_of_both) value = make_call("coalesce", {qualified(column, 0), qualified(column, 1)}, each.span);
    to_side_values(value, true);
    joined_.items.push_back(make_item(std::move(value), name));
    return results_.emplace_back(SideValue{each, std::move(name)}).name;
}

void LogicalPlanner::JoinPlanner::lead_block_to_result() {
    for_each_result_expression(select_, [&](ast::Expression& expression) { to_result(expression); });
    if (select_.where) to_result(*select_.where);
    lead_conditions_to_result(*select_.from);
    if (joined_.items.empty()) joined_.items.push_back(make_item(make_number(1), "j0"));
}

void LogicalPlanner::JoinPlanner::lead_conditions_to_result(ast::TableReference& each) {
    auto* outer = std::get_if<ast::Join>(&each.node);
    if (!outer || &each == &table_) return;
    lead_conditions_to_result(*outer->left);
    lead_conditions_to_result(*outer->right);
    if (outer->on) to_result(*outer->on);
}

std::size_t LogicalPlanner::stream_count(const ast::TableReference& table) const {
    if (const auto* join = std::get_if<ast::Join>(&table.node); join && !table.alias)
        return stream_count(*join->left) + stream_count(*join->right);
    return reads_stream(table) ? 1 : 0;
}

ast::TableReference* LogicalPlanner::innermost_stream_join(ast::TableReference& table, std::string& part) {
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

void LogicalPlanner::plan_joins(ast::Select& select) {
    if (stream_count(*select.from) < 2) return;
    // Before what it says of one side alone is asked of the rows of that side.
    if (select.where) refuse_present_time(*select.where, "WHERE", select);
    // Stars and the names of columns are those of the whole clause, before parts of it become operators.
    expand_stars(select, columns_.relations_of(*select.from));
    name_items(select);
    while (stream_count(*select.from) >= 2) {
        std::string part = "from";
        ast::TableReference& table = *innermost_stream_join(*select.from, part);
        const Place place(*this, part);
        const auto& join = std::get<ast::Join>(table.node);
        refuse_present_time(table);
        check_static_joins(*join.left);
        check_static_joins(*join.right);
        JoinPlanner(*this, select, table).plan();
    }
}

}  // namespace laminar
