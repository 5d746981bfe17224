#pragma once

#include <memory>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/operators/fragment.h"
#include "runtime/operators/stream_operator.h"
#include "runtime/plan/stream_plan.h"

namespace laminar {

/// The input of an operator that sums up rows at once: the parts that they make. Engine thread only.
class SummedInput {
public:
    /// parts is read while it is made.
    SummedInput(const PlannedFragment& planned, const AggregateParts& parts, const OperatorContext& context);
    ~SummedInput();
    SummedInput(const SummedInput&) = delete;
    SummedInput& operator=(const SummedInput&) = delete;

    [[nodiscard]] const std::vector<OutputColumn>& columns() const;
    /// What the rows at hand make. Rows that came too late are left out, and so are those the engine refuses.
    [[nodiscard]] ResultTable run();

private:
    Fragment rows_;  ///< Makes the parts, too, where their order does not matter.
    std::unique_ptr<BatchSlot> slot_;
    std::unique_ptr<PreparedQuery> make_;
};

}  // namespace laminar
