#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/operators/stream_clock.h"
#include "runtime/plan/stream_plan.h"

namespace laminar {

/// The watermark of one input: the running maximum of an expression over its rows. What it was when each row came
/// decides whether that row is late, so that the answer does not depend on how rows fell into batches. Engine thread
/// only.
class EventClock {
public:
    /// from_sql shows the input's rows at hand, which slot holds.
    EventClock(Engine& engine, const std::string& name, const PlannedClock& planned, std::string from_sql,
               BatchSlot& slot);

    /// Takes in the rows at hand and advances time past them. Once per batch.
    void observe(std::chrono::steady_clock::time_point now);
    /// Nothing came: time goes on with the clock on the wall. may_be_idle: the source is up, and its silence is no gap.
    void advance_without_rows(std::chrono::steady_clock::time_point now, std::int64_t wall_clock, bool may_be_idle);

    /// SQL that shows, for every row at hand, its number ("r"), from 0, where it is late by an expression over
    /// clock_variable or has no time.
    [[nodiscard]] std::string late_rows_sql(const ast::Expression& expression) const;
    /// Whether any row at hand may be late by any expression.
    [[nodiscard]] bool has_suspects() const noexcept { return has_suspects_; }
    [[nodiscard]] BatchSlot& slot() noexcept { return slot_; }

    [[nodiscard]] const StreamTime& time() const noexcept { return time_; }
    void finish() { time_.finish(); }

private:
    /// One row: its time, and the watermark it asks for; null: it has none.
    void take_row(bool has_time, const std::int64_t* watermark);
    [[nodiscard]] bool observe_directly();

    PlannedClock planned_;
    std::string from_sql_;
    BatchSlot& slot_;
    std::unique_ptr<BatchSlot> watermark_slot_;
    std::unique_ptr<PreparedQuery> read_;  ///< For rows that observe_directly cannot read.
    ResultTable watermarks_;               ///< For each row at hand: the watermark before it.
    StreamTime time_;
    bool has_suspects_ = false;
    std::optional<std::chrono::steady_clock::time_point> last_row_at_;
    std::optional<std::chrono::steady_clock::time_point> idle_advanced_at_;
};

}  // namespace laminar
