#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/plan/analysis/joins/join_conditions.h"
#include "runtime/plan/analysis/logical_planner.h"
#include "runtime/plan/expressions/shown_names.h"

namespace laminar {

/// All parts hold; empty where there are none.
[[nodiscard]] ast::ExpressionBox boxed_conjunction(std::vector<ast::Expression> parts);

/// Makes a node of a join of two streams that stands in the FROM clause of a block. The block then reads the
/// node's rows in the place of the join.
class LogicalPlanner::JoinPlanner {
public:
    /// table: the join, a part of the FROM clause of select. Both are changed.
    JoinPlanner(LogicalPlanner& planner, ast::Select& select, ast::TableReference& table);

    /// Adds the node to the plan. Throws Refused after reporting.
    void plan();

private:
    using Kind = ast::Join::Kind;

    struct SideValue {
        ast::Expression reference;
        std::string name;
    };

    [[nodiscard]] const ast::TableReference& from(std::size_t side) const;
    [[nodiscard]] bool reads_changes() const;

    /// Which side a reference belongs to; 2: neither.
    [[nodiscard]] std::size_t side_of(const ast::ColumnReference& reference) const;
    /// 1 and 2 for the sides, 3 for both, 4 with others.
    [[nodiscard]] unsigned sides_of(const ast::Expression& expression) const;
    [[nodiscard]] ast::Expression qualified(const std::string& column, std::size_t side) const;

    /// The condition, with USING and NATURAL written out, and with what WHERE says about both sides.
    void collect_conditions();
    /// What is said of one side alone is asked of its rows before they are kept.
    void filter_sides();

    // Values of the sides, and columns of the result (join_planner.cpp).
    /// The name of a value of a side's rows, which they have from now on.
    const std::string& value_name(const ast::Expression& reference, std::size_t side);
    /// Calls replace(expression, reference, side) for the references to either side.
    template <class Replace>
    void replace_references(ast::Expression& expression, const Replace& replace);
    void to_side_values(ast::Expression& expression, bool with_alias);
    /// Of what the block refers to, columns of the operator's rows.
    void to_result(ast::Expression& expression);
    /// The name of a column of the result, which it has from now on.
    const std::string& result_name(const ast::Expression& each, const ast::ColumnReference& reference);
    /// What the block refers to besides this join becomes columns of the result.
    void lead_block_to_result();
    /// Of the joins around this one.
    void lead_conditions_to_result(ast::TableReference& each);

    // Times and nodes (join_nodes.cpp).
    /// The times of the sides, and from when on their rows cannot find a partner any more.
    void find_times();
    void take_order(const TimeOrder& order);
    void take_time(std::size_t side, const ast::Expression& value);
    /// The time that an expression over FROM is, over the values of the side.
    [[nodiscard]] ast::Expression as_side_value(ast::Expression value, const TimeKey& key);
    void join_side_values();
    /// Over the inputs.
    [[nodiscard]] std::vector<OutputColumn> result_columns() const;
    [[nodiscard]] std::vector<ast::Expression> right_keys();
    void plan_asof();
    /// A side that has to know which of its rows have no partner waits for one without end.
    [[nodiscard]] bool waits_forever() const;
    /// Which rows have no partner is never certain: the result changes.
    void plan_changing();
    void plan_pairs();
    void add(logical::Node::Kind kind);
    /// The columns of the result that are the time of a side.
    void show_time(std::size_t side);

    LogicalPlanner& planner_;
    ast::Select& select_;
    ast::TableReference& table_;
    const ast::Join join_;
    std::vector<FromRelation> all_relations_;
    std::array<std::vector<FromRelation>, 2> relations_;
    std::string joined_alias_;
    std::vector<std::string> merged_;                ///< Columns that USING and NATURAL name.
    std::vector<ast::Expression> conditions_;        ///< Over the values of the sides, at last.
    std::vector<ast::Expression> plain_conditions_;  ///< Over FROM.
    std::array<ast::Select, 2> inputs_;
    std::array<std::vector<SideValue>, 2> values_;  ///< Of the sides, as far as somebody refers to them.
    std::array<ShownNames, 2> side_names_;
    ast::Select joined_;
    std::vector<SideValue> results_;  ///< What the block refers to, and its name in the result.
    ShownNames result_names_;
    std::array<std::optional<ast::Expression>, 2> time_base_;
    std::array<bool, 2> time_is_window_{};
    std::array<logical::JoinSide, 2> sides_;
};

}  // namespace laminar
