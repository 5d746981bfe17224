#pragma once

#include <optional>
#include <vector>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/relation_columns.h"
#include "runtime/plan/stream_plan.h"

namespace laminar {

/// What becomes of sums of floating-point numbers, whose last digit depends on the order in which they are added up.
enum class FloatingSums : std::uint8_t {
    none,    ///< There are no parts: the rows themselves are kept.
    folded,  ///< AggregateParts::folds.
    exact    ///< They are added up without rounding: for rows in no order of their own.
};

/// Takes a grouped block (over operator_rows_scan) apart into parts that can be added up, if all of its aggregates
/// allow it. values: the columns of the rows. time_key: time_key_column is one of the keys, which has the value of
/// same_as_time_key (over the rows) if there is one.
[[nodiscard]] std::optional<AggregateParts> aggregate_parts(
    const ast::Select& block, const std::vector<ast::Expression>& groups, const std::vector<OutputColumn>& values,
    const FunctionNames& aggregates, const RelationColumns& columns, FloatingSums sums, bool time_key,
    const ast::Expression* same_as_time_key = nullptr);

}  // namespace laminar
