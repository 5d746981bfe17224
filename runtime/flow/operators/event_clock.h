#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/stream_clock.h"
#include "runtime/plan/stream/stream_plan.h"

namespace laminar {

/// What a clock says about a row: the watermark when it came.
struct RowMark {
    enum class Kind : std::uint8_t {
        none,     ///< The clock is not about this row, or knows it to be in time.
        unknown,  ///< No row before it had a time.
        known
    };
    Kind kind = Kind::none;
    std::int64_t watermark = 0;
};
/// By the position of the row in what its slot holds.
using RowMarks = std::vector<RowMark>;

/// What is known of an input beside its rows.
struct InputLiveness {
    bool has_ended = false;   ///< No row will ever come, after those at hand.
    bool may_be_idle = true;  ///< Its source is up: that nothing comes means that nothing happens there.
    /// When the oldest of the messages that wait to be taken was received: microseconds since the epoch, UTC.
    std::optional<std::int64_t> oldest_waiting = std::nullopt;
};

/// The watermark of one input: the running maximum of an expression over its rows, or, for a pipeline that is read,
/// that of a clock of its own. What it was when each row came decides whether that row is late, so that the answer does
/// not depend on how rows fell into batches. Engine thread only.
class EventClock {
public:
    /// from_sql shows the input's rows at hand, which slot holds.
    EventClock(Engine& engine, const PlannedClock& planned, const std::string& from_sql, BatchSlot& slot);

    /// Takes in the rows at hand and advances time past them. Once per batch.
    void observe(std::chrono::steady_clock::time_point now, std::int64_t wall_clock, const InputLiveness& input);
    /// Nothing came: time goes on with the clock on the wall.
    void advance_without_rows(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                              const InputLiveness& input);
    /// Not a row has ever come, for so long that nobody waits for the first: time goes along with that of the others.
    [[nodiscard]] bool is_absent() const noexcept { return is_absent_; }
    void go_along(const StreamTime& others);
    /// For kind upstream, in the place of these: what the pipeline's clock says now, and about the rows at hand, of
    /// which some may be late where marks are given.
    void follow(const StreamTime& time, const RowMarks* marks);

    /// Whether any row at hand may be late by any expression.
    [[nodiscard]] bool has_suspects() const noexcept { return has_suspects_; }
    /// About a row at hand, by its position.
    [[nodiscard]] RowMark mark(std::size_t position) const noexcept {
        return position < marks_.size() ? marks_[position] : RowMark();
    }

    [[nodiscard]] const StreamTime& time() const noexcept { return time_; }
    void finish() {
        if (!time_.is_finished()) before_end_ = time_;
        time_.finish();
    }

    /// What outlasts the process: how far its rows have brought it. That they have ended does not.
    [[nodiscard]] const StreamTime& kept_time() const noexcept { return time_.is_finished() ? before_end_ : time_; }
    /// Goes on from there, as after a gap.
    void take_up(std::int64_t time);

private:
    /// One row: its time, and the watermark it asks for; null: it has none.
    void take_row(const std::int64_t* time, const std::int64_t* watermark);
    [[nodiscard]] bool observe_directly();
    void let_time_pass(std::chrono::steady_clock::time_point now, std::int64_t wall_clock, const InputLiveness& input);

    PlannedClock planned_;
    std::int64_t rounding_ =
        0;  ///< Times are read to the microsecond: a later one may be so much earlier than it seems.
    BatchSlot& slot_;
    std::unique_ptr<PreparedQuery> read_;  ///< For rows that observe_directly cannot read.
    RowMarks marks_;
    std::vector<std::size_t> skipped_;  ///< Positions of rows at hand that are not shown, ascending.
    StreamTime time_;
    StreamTime before_end_;
    bool has_suspects_ = false;
    bool saw_time_ = false;                                             ///< A row at hand has one.
    std::optional<std::chrono::steady_clock::time_point> last_row_at_;  ///< The last that had a time.
    std::optional<std::chrono::steady_clock::time_point> idle_advanced_at_;
    std::optional<std::chrono::steady_clock::time_point> awaited_since_;  ///< The first row, while the source is up.
    bool is_absent_ = false;
    bool was_taken_up_ = false;  ///< There have been rows, before the process.
};

}  // namespace laminar
