#include "runtime/operators/event_clock.h"

#include <fmt/format.h>

#include "connectors/codec/calendar.h"
#include "parser/sql_writer.h"
#include "runtime/plan/expression_tools.h"

namespace laminar {

namespace {

/// Rows are stamped by several strands before they are queued: so far back a stamp may lie behind the engine's clock.
constexpr std::int64_t arrival_slack_micros = 100'000;
constexpr std::int64_t arrival_step_micros = 50'000;

constexpr const char* watermark_column = "__watermark";

}  // namespace

EventClock::EventClock(Engine& engine, const std::string& name, const PlannedClock& planned, std::string from_sql,
                       BatchSlot& slot)
    : planned_(planned), from_sql_(std::move(from_sql)), slot_(slot) {
    watermark_slot_ = engine.create_row_slot(name + ":watermarks", {{watermark_column, TypeId::timestamp}});
    read_ = engine.prepare(fmt::format("SELECT {}, {} IS NULL FROM {} AS \"__rows\"", text_of(planned_.watermark),
                                       always_quote_identifier(planned_.column), from_sql_));
}

void EventClock::observe(std::chrono::steady_clock::time_point now) {
    watermark_slot_->set_rows(nullptr);
    has_suspects_ = false;
    watermarks_ = ResultTable();
    watermarks_.columns.push_back({watermark_column, TypeId::timestamp});
    watermarks_.values.emplace_back(TypeId::timestamp);
    if (!observe_directly()) {
        const ResultTable read = read_->execute();
        const ColumnVector& marks = read.values[0];
        const auto* without_time = read.values[1].values<std::uint8_t>();
        for (std::size_t row = 0; row < read.rows; ++row)
            take_row(without_time[row] == 0, marks.is_valid(row) ? marks.values<std::int64_t>() + row : nullptr);
    }
    watermarks_.rows = watermarks_.values.front().size();
    if (watermarks_.rows == 0) return;
    last_row_at_ = now;
    idle_advanced_at_.reset();
    watermark_slot_->set_rows(&watermarks_);
}

/// The most frequent watermarks, without a statement, which costs as much as the rows of a small batch.
bool EventClock::observe_directly() {
    if (!planned_.delay) return false;
    return slot_.read_times(planned_.column, [&](const std::int64_t* time) {
        if (!time) return take_row(false, nullptr);
        // As the engine subtracts an interval: infinity stays what it is.
        const bool finite = *time != infinite_timestamp && *time != -infinite_timestamp;
        std::int64_t watermark = *time;
        if (finite && __builtin_sub_overflow(*time, *planned_.delay, &watermark)) watermark = -infinite_timestamp;
        take_row(true, &watermark);
    });
}

void EventClock::take_row(bool has_time, const std::int64_t* watermark) {
    ColumnVector& before = watermarks_.values.front();
    if (time_.is_known() && !time_.is_finished())
        before.append(*time_.value());
    else
        before.append_null();
    if (!has_time) has_suspects_ = true;
    if (!watermark) return;
    // Only a row behind the one that set the watermark can be late; all others move it.
    if (time_.has_passed(*watermark) || (time_.is_known() && *watermark < *time_.value())) has_suspects_ = true;
    if (!time_.is_finished()) time_.advance(*watermark);
}

void EventClock::advance_without_rows(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                                      bool may_be_idle) {
    watermark_slot_->set_rows(nullptr);
    has_suspects_ = false;
    if (time_.is_finished()) return;
    if (planned_.kind == PlannedClock::Kind::arrival) {
        // Each step costs statements: a few of them a second do.
        const std::int64_t until = wall_clock - arrival_slack_micros;
        if (!time_.is_known() || until - *time_.value() >= arrival_step_micros) time_.advance(until);
        return;
    }
    if (!may_be_idle || !last_row_at_ || !time_.is_known()) {
        // A gap: what it held up comes later, and is not late.
        if (last_row_at_) last_row_at_ = now;
        idle_advanced_at_.reset();
        return;
    }
    if (now - *last_row_at_ < planned_.idle) return;
    const auto since = idle_advanced_at_.value_or(*last_row_at_);
    time_.advance(*time_.value() + std::chrono::duration_cast<std::chrono::microseconds>(now - since).count());
    idle_advanced_at_ = now;
}

std::string EventClock::late_rows_sql(const ast::Expression& expression) const {
    const std::string value = text_of(expression);
    const std::string variable = always_quote_identifier(clock_variable);
    return fmt::format(
        "SELECT \"r\" FROM (SELECT row_number() OVER () - 1 AS \"r\", {0} AS \"k\" FROM (SELECT {1} AS {2} FROM {3} AS "
        "\"__rows\")) POSITIONAL JOIN (SELECT {0} AS \"w\" FROM (SELECT \"{4}\" AS {2} FROM {5})) "
        "WHERE \"r\" IS NOT NULL AND (\"k\" < \"w\" OR \"k\" IS NULL)",
        value, always_quote_identifier(planned_.column), variable, from_sql_, watermark_column,
        watermark_slot_->from_sql());
}

}  // namespace laminar
