#pragma once

#include <array>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/failing_expressions.h"
#include "runtime/plan/expressions/relation_columns.h"

namespace laminar {

/// What the statement of an operator computes of single rows: arguments, keys, orders and conditions of aggregates and
/// window functions, GROUP BY, and items of a block without groups. Aliases of items are written out. block has what
/// SplitBlock::output has.
[[nodiscard]] std::vector<ast::Expression> computed_of_rows(const ast::Select& block, const FunctionNames& aggregates);

/// What a condition of a join computes of the rows of one side alone, whatever they meet on the other: operands of a
/// comparison between the sides, with the casts that make them comparable. The rest it computes of pairs.
class SideComputations {
public:
    /// 1 and 2 for the sides, 3 for both; anything else: not known.
    using SidesOf = std::function<unsigned(const ast::Expression&)>;
    using TypeOf = std::function<std::optional<ColumnType>(std::size_t side, const ast::Expression&)>;

    SideComputations(SidesOf sides_of, TypeOf type_of) : sides_of_(std::move(sides_of)), type_of_(std::move(type_of)) {}

    void add(const ast::Expression& condition);
    /// Whether a condition computes something of pairs that may fail for some. type_of: over both sides.
    [[nodiscard]] bool may_fail_for_pairs(const ast::Expression& condition, const FailureTest::TypeOf& type_of) const;
    /// Those that may fail.
    [[nodiscard]] std::vector<ast::Expression> take(std::size_t side) { return std::move(computed_[side]); }

private:
    [[nodiscard]] bool is_of_sides(const ast::Expression& left, const ast::Expression& right) const;
    void add_operand(const ast::Expression& operand);
    void compare(const ast::Expression& left, const ast::Expression& right);

    SidesOf sides_of_;
    TypeOf type_of_;
    std::array<std::vector<ast::Expression>, 2> computed_;
};

/// The type of an expression over FROM; nullopt where it has none by itself.
[[nodiscard]] std::optional<ColumnType> type_over(const RelationColumns& columns, const ast::TableReference& from,
                                                  const ast::Expression& expression);

/// Has input compute these as well, of rows that its WHERE lets pass, so that a row for which that fails is left out
/// alone when it comes. What is kept of the others is computed again from it. input must have an item.
void require_computable(ast::Select& input, std::vector<ast::Expression> computed);

}  // namespace laminar
