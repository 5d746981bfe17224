#include "runtime/flow/operators/event_clock.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/codec/values/calendar.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

/// Rows are stamped by several strands before they are queued: so far back a stamp may lie behind the engine's clock.
constexpr std::int64_t arrival_slack_micros = 100'000;
constexpr std::int64_t arrival_step_micros = 50'000;

}  // namespace

EventClock::EventClock(Engine& engine, const PlannedClock& planned, const std::string& from_sql, BatchSlot& slot)
    : planned_(planned), slot_(slot) {
    if (planned_.kind == PlannedClock::Kind::upstream) return;
    rounding_ = planned_.type.id == TypeId::timestamp_ns ? 1 : 0;
    // One row for which there is no value is no reason to lose all: it has no time.
    read_ = engine.prepare(fmt::format("SELECT try({}), try({}) FROM {} AS \"__rows\"", text_of(planned_.watermark),
                                       text_of(planned_.time), from_sql));
}

void EventClock::observe(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                         const InputLiveness& input) {
    has_suspects_ = false;
    saw_time_ = false;
    marks_.clear();
    skipped_ = slot_.skipped();
    if (!observe_directly()) {
        const ResultTable read = read_->execute();
        const auto value_at = [](const ColumnVector& column, std::size_t row) {
            return column.is_valid(row) ? column.values<std::int64_t>() + row : nullptr;
        };
        for (std::size_t row = 0; row < read.rows; ++row)
            take_row(value_at(read.values[1], row), value_at(read.values[0], row));
    }
    // Rows without a time are no sign that time goes on: heartbeats must not hold windows open.
    if (!saw_time_) return let_time_pass(now, wall_clock, input);
    last_row_at_ = now;
    idle_advanced_at_.reset();
    is_absent_ = false;
}

void EventClock::go_along(const StreamTime& others) {
    if (others.is_known() && !others.is_finished()) time_.advance(*others.value());
}

void EventClock::follow(const StreamTime& time, const RowMarks* marks) {
    has_suspects_ = marks != nullptr;
    if (marks)
        marks_ = *marks;
    else
        marks_.clear();
    if (time.is_known()) time_.advance(*time.value());
}

/// The most frequent watermarks, without a statement, which costs as much as the rows of a small batch.
bool EventClock::observe_directly() {
    if (!planned_.delay) return false;
    const std::vector<OutputColumn>& columns = slot_.columns();
    const auto column = std::find_if(columns.begin(), columns.end(), [this](const OutputColumn& each) {
        return equals_ignoring_case(each.name, planned_.column);
    });
    if (column == columns.end() || column->type.id != TypeId::timestamp) return false;
    std::vector<const ColumnVector*> values;
    std::vector<std::size_t> rows;
    if (!slot_.read_columns({static_cast<std::size_t>(column - columns.begin())}, values, rows)) return false;
    for (const std::size_t row : rows) {
        if (!values.front()->is_valid(row)) {
            take_row(nullptr, nullptr);
            continue;
        }
        const std::int64_t time = values.front()->values<std::int64_t>()[row];
        std::int64_t watermark = 0;
        const bool has_watermark = !__builtin_sub_overflow(time, *planned_.delay, &watermark);
        take_row(&time, has_watermark ? &watermark : nullptr);
    }
    return true;
}

void EventClock::take_row(const std::int64_t* time, const std::int64_t* watermark) {
    if (time && !is_stream_time(*time)) time = nullptr;
    if (!time || (watermark && !is_stream_time(*watermark))) watermark = nullptr;
    while (std::binary_search(skipped_.begin(), skipped_.end(), marks_.size())) marks_.emplace_back();
    if (time_.is_known() && !time_.is_finished())
        marks_.push_back({RowMark::Kind::known, *time_.value()});
    else
        marks_.push_back({RowMark::Kind::unknown});
    // Keys grow with the time: only a row behind the watermark can have one that lies behind that of the watermark.
    if (!time || time_.has_passed(*time - rounding_)) has_suspects_ = true;
    saw_time_ = saw_time_ || time;
    if (!watermark) return;
    if (!time_.is_finished()) time_.advance(*watermark);
}

void EventClock::take_up(std::int64_t time) {
    time_.advance(time);
    was_taken_up_ = true;
}

void EventClock::advance_without_rows(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                                      const InputLiveness& input) {
    marks_.clear();
    has_suspects_ = false;
    let_time_pass(now, wall_clock, input);
}

void EventClock::let_time_pass(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                               const InputLiveness& input) {
    if (time_.is_finished()) return;
    if (planned_.kind == PlannedClock::Kind::arrival) {
        // What waits to be taken is older than the clock, if somebody stands still, or lets rows wait for one another.
        const std::int64_t until =
            std::min(wall_clock, input.oldest_waiting.value_or(wall_clock)) - arrival_slack_micros;
        // Each step costs statements: a few of them a second do.
        if (!time_.is_known() || until - *time_.value() >= arrival_step_micros) time_.advance(until);
        return;
    }
    // The time without a process was a gap, too.
    if (input.may_be_idle && was_taken_up_ && !last_row_at_) last_row_at_ = now;
    if (!input.may_be_idle || !last_row_at_ || !time_.is_known()) {
        // A gap: what it held up comes later, and is not late.
        if (last_row_at_) last_row_at_ = now;
        idle_advanced_at_.reset();
        awaited_since_ =
            input.may_be_idle && !last_row_at_ ? std::optional(awaited_since_.value_or(now)) : std::nullopt;
        is_absent_ = awaited_since_ && now - *awaited_since_ >= planned_.idle;
        return;
    }
    if (now - *last_row_at_ < planned_.idle) return;
    const auto since = idle_advanced_at_.value_or(*last_row_at_);
    time_.advance(*time_.value() + std::chrono::duration_cast<std::chrono::microseconds>(now - since).count());
    idle_advanced_at_ = now;
}

}  // namespace laminar
