#pragma once

#include <array>
#include <vector>

#include "runtime/plan/logical/stream_join.h"

namespace laminar::logical {

/// Each row of the left side with the latest of the right side: answered when that is complete.
struct AsofJoin {
    std::array<JoinSide, 2> sides;
    std::vector<ast::Expression> conditions;  ///< Over the inputs as join_side_alias.
    ast::Select block;                        ///< As of a StreamJoin.
    std::vector<ast::Expression> keys;        ///< Of the right side, what is compared for equality.
};

}  // namespace laminar::logical
