#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/analysis/logical_planner.h"
#include "runtime/plan/expressions/failing_expressions.h"
#include "runtime/plan/expressions/group_keys.h"
#include "runtime/plan/expressions/row_computations.h"
#include "runtime/plan/expressions/shown_names.h"

namespace laminar {

namespace {

constexpr const char* results_alias = "__results";

/// A block that keeps state in two: what it keeps state for, and what is made of each of its results.
class ResultSeparation {
public:
    ResultSeparation(ast::Select block, const std::vector<FromRelation>& relations, const RelationColumns& columns,
                     const FunctionNames& aggregates)
        : block_(std::move(block)), relations_(relations), columns_(columns), aggregates_(aggregates) {
        const auto is_aggregate = [&](const ast::Expression& each) { return is_aggregate_call(each, aggregates_); };
        grouped_ = !block_.group_by.empty() || block_.having;
        for (const ast::SelectItem& item : block_.items) grouped_ = grouped_ || contains(item.value, is_aggregate);
        if (block_.having) write_out_aliases(*block_.having, block_, relations_);
        if (block_.qualify) write_out_aliases(*block_.qualify, block_, relations_);
        for (ast::GroupingElement& element : block_.group_by) {
            ast::for_each_child_of_grouping(element, [&](ast::Expression& key) {
                key = written_out_key(block_, key);
                keys_.insert(key);
            });
        }
    }

    /// False where nothing that is made of a result may fail, or where it cannot be taken apart.
    bool separate() {
        inner_ = block_;
        inner_.items.clear();
        inner_.having = {};
        inner_.qualify = {};
        for (const ast::SelectItem& item : block_.items) names_.take(item.alias->text);
        for (const ast::SelectItem& item : block_.items) {
            ast::SelectItem outer = item;
            if (may_fail(item.value)) {
                lift(outer.value);
            } else {
                inner_.items.push_back(item);
                outer.value = make_column(results_alias, item.alias->text, item.value.span);
            }
            outer_.items.push_back(std::move(outer));
        }
        std::vector<ast::Expression> conditions;
        divide(block_.having, inner_.having, conditions);
        divide(block_.qualify, inner_.qualify, conditions);
        if (!conditions.empty()) outer_.where = conjunction_of(std::move(conditions));
        return any_fails_ && can_be_separated_;
    }

    ast::Select take() {
        ast::TableReference results;
        if (inner_.items.empty()) inner_.items.push_back(make_item(make_number(1), "one"));
        results.node = ast::DerivedTable{false, make_query(std::move(inner_))};
        results.alias = ast::TableAlias{make_identifier(results_alias, {}), {}};
        outer_.from = std::move(results);
        return std::move(outer_);
    }

private:
    [[nodiscard]] bool is_result(const ast::Expression& expression) const {
        if (!grouped_) return is_window_function(expression);
        const std::string name = called_function(expression);
        return is_aggregate_call(expression, aggregates_) || name == "grouping" || name == "grouping_id" ||
               keys_.contains(expression);
    }

    bool may_fail(const ast::Expression& expression) {
        // Without groups, what has no window function is computed of a row, when it comes.
        if (!grouped_ && !contains(expression, is_window_function)) return false;
        const FailureTest test([&](const ast::Expression& each) { return type_over(columns_, *block_.from, each); },
                               [&](const ast::Expression& each) { return is_result(each); });
        const bool fails = !has_query(expression) && test.may_fail(expression);
        any_fails_ = any_fails_ || fails;
        return fails;
    }

    /// What it is made of becomes items of the inner block.
    void lift(ast::Expression& expression) {
        replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>& bound) {
            if (is_result(each)) {
                each = inner_value(each);
                return true;
            }
            const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
            if (!reference) return false;
            if (std::find(bound.begin(), bound.end(), fold_case(reference->parts.front().text)) != bound.end())
                return true;
            // In a group, it belongs to a key that is written in another way; elsewhere it may be an alias.
            if (grouped_ || !resolve(*reference, relations_)) {
                can_be_separated_ = false;
                return true;
            }
            each = inner_value(each);
            return true;
        });
    }

    ast::Expression inner_value(const ast::Expression& value) {
        for (const ast::SelectItem& item : inner_.items) {
            if (ast::same_structure(item.value, value)) return make_column(results_alias, item.alias->text, value.span);
        }
        const std::string unique = names_.add(shown_name(value));
        inner_.items.push_back(make_item(value, unique));
        return make_column(results_alias, unique, value.span);
    }

    /// Conditions that may fail are asked of the results that the others let pass.
    void divide(const ast::ExpressionBox& condition, ast::ExpressionBox& inner, std::vector<ast::Expression>& outer) {
        if (!condition) return;
        std::vector<ast::Expression> kept;
        for (ast::Expression& part : conjuncts_of(*condition)) {
            ast::Expression whole{part.span, ast::Parenthesized{std::move(part)}};
            if (may_fail(whole)) {
                lift(whole);
                outer.push_back(std::move(whole));
            } else {
                kept.push_back(std::move(whole));
            }
        }
        if (kept.size() == 1) inner = without_parentheses(kept.front());
        if (kept.size() > 1) inner = conjunction_of(std::move(kept));
    }

    ast::Select block_;
    const std::vector<FromRelation>& relations_;
    const RelationColumns& columns_;
    const FunctionNames& aggregates_;
    bool grouped_ = false;
    ast::ExpressionSet keys_;  ///< Of GROUP BY.
    ShownNames names_;         ///< Of both.
    ast::Select inner_;
    ast::Select outer_;
    bool any_fails_ = false;
    bool can_be_separated_ = true;
};

}  // namespace

bool LogicalPlanner::separate_results(ast::Select& select, SourceSpan span) {
    if (select.distinct || !select.distinct_on.empty()) return false;
    const auto relations = columns_.relations_of(*select.from);
    ast::Select block = select;
    write_out_group_by_all(block, aggregates_);
    ResultSeparation separation(std::move(block), relations, columns_, aggregates_);
    if (!separation.separate()) return false;
    select = separation.take();
    const Place place(*this, "results");
    plan_select(select, span);
    return true;
}

}  // namespace laminar
