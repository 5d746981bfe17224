#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/relation_columns.h"
#include "runtime/plan/expressions/shown_names.h"

namespace laminar {

/// A value of the rows that an operator keeps.
[[nodiscard]] ast::Expression make_rows_column(std::string_view name);

/// A SELECT taken apart: what FROM and WHERE deliver row by row, and the rest over these values, which keeps state.
class SplitBlock {
public:
    /// Every item of select must have an alias, and no stars.
    SplitBlock(ast::Select select, const std::vector<FromRelation>& relations);
    /// One that was taken apart before. relations: of input.
    SplitBlock(ast::Select input, ast::Select output, std::vector<ast::Expression> groups,
               const std::vector<FromRelation>& relations);

    /// SELECT a.x AS c0, ... FROM ... WHERE ...
    [[nodiscard]] ast::Select& input() noexcept { return input_; }
    /// The items, GROUP BY and so on, over FROM operator_rows_scan.
    [[nodiscard]] ast::Select& output() noexcept { return output_; }

    /// Rewrites an expression over FROM to one over the values, which it adds where they are missing.
    void move_above(ast::Expression& expression);
    /// The way back.
    [[nodiscard]] ast::Expression below(ast::Expression expression) const;
    /// Arguments of aggregates that go by the moment, such as now() - ts, become values of the input: they are
    /// evaluated when a row comes, and not when it is summed up.
    void evaluate_early(const FunctionNames& aggregates);
    /// What the output computes of single rows and may fail for some is computed when a row comes, too: the row is then
    /// left out alone. After evaluate_early.
    void require_computable(const FunctionNames& aggregates, const RelationColumns& columns);
    /// Adds a value under a name.
    void add_value(ast::Expression value, std::string_view name);

    /// GROUP BY with positions, aliases and ALL resolved, over the values.
    [[nodiscard]] const std::vector<ast::Expression>& groups() const noexcept { return groups_; }
    void set_groups(std::vector<ast::Expression> groups) { groups_ = std::move(groups); }

private:
    struct Value {
        std::string name;
        ast::Expression expression;  ///< Over FROM.
    };
    [[nodiscard]] bool reads_values_alone(const ast::Expression& expression) const;
    [[nodiscard]] bool is_of_one_row(const ast::Expression& expression, const FunctionNames& aggregates) const;
    void evaluate_arguments_early(ast::FunctionCall& call);
    const std::string& add_named_value(const ast::Expression& expression);

    const std::vector<FromRelation>& relations_;
    ast::Select input_;
    ast::Select output_;
    std::vector<Value> values_;
    ShownNames names_;
    std::vector<ast::Expression> groups_;
};

}  // namespace laminar
