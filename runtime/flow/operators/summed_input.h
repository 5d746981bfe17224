#pragma once

#include <memory>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/fragment.h"
#include "runtime/flow/operators/parts_statement.h"

namespace laminar {

/// The input of an operator that sums up rows at once: the parts that they make. Engine thread only.
class SummedInput {
public:
    /// parts is read while it is made.
    SummedInput(const PlannedFragment& planned, const AggregateParts& parts, const OperatorContext& context);

    [[nodiscard]] const std::vector<OutputColumn>& columns() const;
    /// What the rows at hand make. Rows that came too late are left out, and so are those the engine refuses.
    [[nodiscard]] ResultTable run();

private:
    Fragment rows_;                          ///< Makes the parts, too, where the order of the rows does not matter.
    std::unique_ptr<PartsStatement> parts_;  ///< Where it does.
};

}  // namespace laminar
