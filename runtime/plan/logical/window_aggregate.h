#pragma once

#include <cstdint>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/time/clock.h"

namespace laminar::logical {

/// What is made of all rows of a window of time once the watermark has passed it. Its input delivers the values that
/// the block needs.
struct WindowAggregate {
    enum class Purpose : std::uint8_t { aggregate, distinct, window_functions };
    Purpose purpose = Purpose::aggregate;
    /// Over the input: TUMBLE, HOP, DATE_TRUNC, a time itself. Of HOP a row is in several windows.
    ast::Expression window;
    TimeKey key;                          ///< What the clocks say of the window; as a structure where it is one.
    ast::Select block;                    ///< Over operator_rows_scan, the input. Of HOP with window_column.
    std::vector<ast::Expression> groups;  ///< What GROUP BY comes to, over the input, or window_column.
    /// The aggregates can be computed from aggregates of parts of the rows.
    bool adds_up = false;

    [[nodiscard]] bool is_hopping() const;
};

}  // namespace laminar::logical
