#pragma once

#include <cstddef>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/time/clock.h"

namespace laminar::logical {

/// Window functions over rows in the order of their event time. Its input delivers the values that the block needs.
struct OverTime {
    /// Which rows the window functions of one partitioning may still need.
    struct Frame {
        std::vector<ast::Expression> partition;     ///< Over the input.
        std::size_t rows_before = 0;                ///< ROWS n PRECEDING, LAG(x, n): the largest.
        std::size_t rows_after = 0;                 ///< ROWS n FOLLOWING, LEAD(x, n): the largest.
        std::size_t first_rows = 0;                 ///< ROW_NUMBER() <= n: the first n are kept for good.
        std::vector<ast::Expression> range_before;  ///< RANGE INTERVAL PRECEDING: the intervals.
        std::vector<ast::Expression> range_after;
    };
    ast::Expression time;  ///< By which all are ordered, over the input.
    TimeKey key;           ///< Of that time.
    bool at_once = false;  ///< The order of time is that of arrival.
    ast::Select block;     ///< Over operator_rows_scan, the input.
    std::vector<Frame> frames;
};

}  // namespace laminar::logical
