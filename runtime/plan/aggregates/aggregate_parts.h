#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/operator_rows.h"
#include "runtime/plan/expressions/relation_columns.h"

namespace laminar {

/// How a column of parts is made of rows.
struct AggregatePart {
    std::string function = {};                               ///< In lower case; empty: a key.
    std::optional<ast::Expression> argument = std::nullopt;  ///< Over the rows. Without: all rows are counted.
    bool is_plain = true;                                    ///< A call with nothing but its argument.
};

/// Aggregates computed from parts, so that state grows with the number of groups and not with that of rows.
struct AggregateParts {
    std::vector<OutputColumn> rows;  ///< What they are made of.
    ast::Query make;                 ///< From rows (operator_rows_scan) to parts: keys and partial aggregates. No rows
                                     ///< make no parts.
    /// Without keys: the part of no rows at all (operator_rows_scan), from which SQL has an answer too.
    std::optional<ast::Query> of_nothing;
    /// Every row is a part of its own. Sums of floating-point numbers depend, in their last digits, on the order in
    /// which they are added up, so each is added to what is kept, as the engine does with all rows at once.
    bool folds = false;
    ast::Query merge;                    ///< From parts (operator_rows_scan) to parts, one for each group.
    ast::Query finish;                   ///< From merged parts (operator_rows_scan) to the result.
    std::vector<std::string> keys;       ///< Names of the key columns of parts.
    std::vector<AggregatePart> columns;  ///< Of the parts, in their order.
    bool in_order = false;               ///< A part depends on the order in which the rows came: FIRST, LAST, ...

    /// One statement for rows and parts costs half of two. But the engine may aggregate on several threads, in any
    /// order.
    [[nodiscard]] bool can_be_made_with_rows() const { return folds || !in_order; }
};

/// What becomes of sums of floating-point numbers, whose last digit depends on the order in which they are added up.
enum class FloatingSums : std::uint8_t {
    folded,  ///< AggregateParts::folds: for rows in an order of their own, which are added to what is kept in that
             ///< order.
    exact    ///< They are added up without rounding: for rows in no order of their own.
};

[[nodiscard]] inline FloatingSums floating_sums(bool in_order) noexcept {
    return in_order ? FloatingSums::folded : FloatingSums::exact;
}

/// Takes a grouped block (over operator_rows_scan) apart into parts that can be added up, if all of its aggregates
/// allow it. values: the columns of the rows. time_key: time_key_column is one of the keys, which has the value of
/// same_as_time_key (over the rows) if there is one.
[[nodiscard]] std::optional<AggregateParts> aggregate_parts(
    const ast::Select& block, const std::vector<ast::Expression>& groups, const std::vector<OutputColumn>& values,
    const FunctionNames& aggregates, const RelationColumns& columns, FloatingSums sums, bool time_key,
    const ast::Expression* same_as_time_key = nullptr);

}  // namespace laminar
