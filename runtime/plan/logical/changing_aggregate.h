#pragma once

#include <cstdint>
#include <vector>

#include "parser/ast/query.h"

namespace laminar::logical {

/// A result that changes with every row: aggregates and DISTINCT without a window, and what is computed over rows that
/// change. Its input delivers the values that the block needs.
struct ChangingAggregate {
    enum class Purpose : std::uint8_t { aggregate, aggregate_of_changes, distinct, window_functions };
    Purpose purpose = Purpose::aggregate;
    ast::Select block;  ///< Over operator_rows_scan, the input.
    /// is_grouped: the result for a group depends on the rows with the same values of these (over the input) alone.
    std::vector<ast::Expression> groups;
    bool is_grouped = false;
    /// The aggregates can be computed from aggregates of parts of the rows, and no row is taken back.
    bool adds_up = false;
};

}  // namespace laminar::logical
