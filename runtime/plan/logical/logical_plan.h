#pragma once

#include <cstddef>
#include <vector>

#include "runtime/plan/logical/node.h"

namespace laminar::logical {

/// A continuous query as a tree of relations. It never changes once it is made.
struct Plan {
    Node root;
    std::vector<PlannedClock> clocks;
    std::size_t clocks_in_use = 0;  ///< Those after are there for readers alone.
    std::size_t input_count = 0;    ///< Of the bound query.
    ResultTimes times;              ///< Of root, for readers.
};

}  // namespace laminar::logical
