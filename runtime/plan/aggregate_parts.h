#pragma once

#include <optional>
#include <vector>

#include "runtime/plan/expression_tools.h"
#include "runtime/plan/stream_plan.h"

namespace laminar {

/// Takes a grouped block (over operator_rows_scan) apart into parts that can be added up, if all of its aggregates
/// allow it. values: the columns of the rows. exact_only: only aggregates whose result does not depend, not even in the
/// last digit, on how rows were grouped into parts. time_key: time_key_column is one of the keys, which has the value
/// of same_as_time_key (over the rows) if there is one.
[[nodiscard]] std::optional<AggregateParts> aggregate_parts(
    const ast::Select& block, const std::vector<ast::Expression>& groups, const std::vector<OutputColumn>& values,
    const FunctionNames& aggregates, bool exact_only, bool time_key, const ast::Expression* same_as_time_key = nullptr);
/// Whether a block calls aggregates whose result depends on the order of the rows.
[[nodiscard]] bool depends_on_order(const ast::Select& block, const FunctionNames& aggregates);

}  // namespace laminar
