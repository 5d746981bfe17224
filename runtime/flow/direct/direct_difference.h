#pragma once

#include <vector>

#include "runtime/engine/engine.h"

namespace laminar {

/// What is in one result and not in another, as EXCEPT ALL has it, without a statement. Any thread.
class DirectDifference {
public:
    /// Whether values of these columns can be compared so.
    [[nodiscard]] static bool is_possible(const std::vector<OutputColumn>& columns);

    /// The rows of result, in their order, that are not in without, as often as they are there more often.
    [[nodiscard]] static ResultTable of(const ResultTable& result, const ResultTable& without);
};

}  // namespace laminar
