#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/event_clock.h"
#include "runtime/flow/operators/stream_clock.h"
#include "runtime/plan/stream/stream_plan.h"

namespace laminar {

/// One clock for rows that come by several ways, each of which has its own: it stands where the last of them stands,
/// and says of a row what the clock of its way says. Engine thread only.
class UnitedClock {
public:
    /// name is unique among slots. clocks are those of the plan, and outlive it.
    UnitedClock(Engine& engine, const std::string& name, const TimeKey& members, const StreamClocks& clocks);

    [[nodiscard]] StreamTime now() { return bound_.now(); }
    /// Adds what the clock of a member says about rows to what others have said about them.
    void take_marks(std::size_t member, const RowMarks& said, RowMarks& marks) const;

private:
    TimeBound bound_;
    std::vector<ClockExpression> members_;
};

}  // namespace laminar
