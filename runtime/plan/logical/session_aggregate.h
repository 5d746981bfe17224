#pragma once

#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/time/clock.h"

namespace laminar::logical {

/// What is made of the rows of a session once it has ended: no row of the same partition came for the length of the
/// gap. Its input delivers the values that the block needs.
struct SessionAggregate {
    ast::Expression window;                  ///< SESSION(...), over the input.
    TimeKey key;                             ///< Of the time of its rows.
    std::vector<ast::Expression> partition;  ///< The other grouping keys, over the input.
    ast::Select block;                       ///< Over operator_rows_scan, the input with window_column.
};

}  // namespace laminar::logical
