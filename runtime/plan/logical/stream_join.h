#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/time/clock.h"

namespace laminar::logical {

/// One side of a join of two streams. Expressions are over operator_rows_alias, its input.
struct JoinSide {
    /// Rows may be forgotten once value lies before bound, a value of the other side's watermark.
    struct Expiry {
        ast::Expression value;  ///< TIMESTAMP.
        TimeKey bound;
    };
    std::optional<ast::Expression> time;  ///< The event time of its rows, TIMESTAMP.
    TimeKey key;                          ///< Of that time.
    bool keeps_unmatched = false;         ///< Rows without partner are delivered when they expire.
    std::vector<Expiry> expiries;         ///< None: rows are kept for good.
    /// Times that are late where they lie before these keys.
    std::vector<std::pair<ast::Expression, TimeKey>> late;
};

/// Rows of two streams that belong together, as long as a partner may still come: an interval join where both sides
/// have a bound.
struct StreamJoin {
    enum class Kind : std::uint8_t { pairs, semi, anti };
    Kind kind = Kind::pairs;
    std::array<JoinSide, 2> sides;
    std::vector<ast::Expression> conditions;  ///< Over the inputs as join_side_alias.
    ast::Select block;  ///< Over a join of operator_rows_scan (left) and operator_rows_scan - 1 (right).
};

}  // namespace laminar::logical
