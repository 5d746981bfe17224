#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/column_type.h"
#include "parser/ast/query.h"
#include "runtime/plan/expressions/operator_rows.h"

namespace laminar {

/// A value that never decreases while a clock advances: expression, over clock_variable, of type TIMESTAMP.
struct ClockValue {
    std::size_t clock = 0;
    ast::Expression expression;
};

/// A time key of a relation, for every input its rows can come from.
using TimeKey = std::vector<ClockValue>;

/// A lower bound, growing, of the event times that are still to come: a watermark.
struct PlannedClock {
    enum class Kind : std::uint8_t {
        event_time,       ///< Of an input: the running maximum of an expression over its rows.
        arrival,          ///< Of an input: the time of arrival, which goes on when nothing arrives.
        operator_output,  ///< What an operator says about the rows it is still going to deliver.
        upstream,         ///< Of a pipeline that is read: one of its own clocks.
        united            ///< For readers: the least of the values of other clocks of the plan.
    };
    Kind kind = Kind::event_time;
    /// upstream: of the first pipeline that has it. united: event_time where one of its members has that. Else the same
    /// as kind.
    Kind origin = Kind::event_time;
    /// united, or follows one that is: its rows come by several ways, whose rows took turns somehow.
    bool is_united = false;
    TimeKey members;                 ///< united: of clocks of inputs and operators.
    std::size_t upstream_clock = 0;  ///< upstream: index into the clocks of the pipeline.
    std::size_t scan = 0;            ///< The relation whose rows it is about: logical::Node::number.
    std::size_t side = 0;            ///< operator_output of a join: which side's time it is.
    std::string column;              ///< Of an input: its column, or the text of what is computed of its columns.
    ColumnType type;                 ///< Of that.
    ast::Expression time;            ///< Of a row, over the columns of the input: a TIMESTAMP. Not of kind upstream.
    ast::Expression watermark;       ///< event_time: over the columns of the input.
    /// The watermark is the column itself, a TIMESTAMP of the input's own, less so many microseconds.
    std::optional<std::int64_t> delay;
    std::chrono::milliseconds idle{30'000};
};

/// Operators and the clock on the wall deliver in order.
[[nodiscard]] inline bool may_be_late(const PlannedClock& clock) noexcept {
    return clock.origin == PlannedClock::Kind::event_time;
}

/// A column that grows with time. No row is still to come whose value lies before that of its key at the present values
/// of the clocks: that is its watermark.
struct TimeColumn {
    std::size_t position = 0;  ///< Among the columns of its relation.
    std::string name;
    TimeKey key;
};

/// What grows with time among the columns of a result, for whoever reads it.
struct ResultTimes {
    struct Clock {
        PlannedClock::Kind origin = PlannedClock::Kind::event_time;  ///< As of a planned clock, as the next.
        bool is_united = false;
    };
    std::vector<TimeColumn> columns;  ///< By the clocks of the plan: by one, but for windows that differ.
    std::vector<Clock> clocks;        ///< Those of the plan.
};

}  // namespace laminar
