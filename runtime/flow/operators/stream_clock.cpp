#include "runtime/flow/operators/stream_clock.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

/// In microseconds: some weeks, and some 8,000 years around 1970, outside of which the engine might not compute any
/// more.
constexpr std::int64_t longest_look_ahead = std::int64_t{1000} << 31;
constexpr std::int64_t far_away = 253'370'764'800'000'000;

}  // namespace

bool is_clock_itself(const ast::Expression& expression) {
    const ast::Expression& plain = without_parentheses(expression);
    if (const auto* cast = std::get_if<ast::Cast>(&plain.node))
        return cast->type.name == "TIMESTAMP" && cast->type.dimensions.empty() && is_clock_itself(*cast->operand);
    return std::holds_alternative<ast::ColumnReference>(plain.node);
}

ResultTable single_timestamp(std::string_view column, std::optional<std::int64_t> value) {
    ResultTable table;
    table.columns.push_back({std::string(column), TypeId::timestamp});
    table.values.emplace_back(TypeId::timestamp);
    if (value)
        table.values.back().append(*value);
    else
        table.values.back().append_null();
    table.rows = 1;
    return table;
}

std::optional<std::int64_t> first_timestamp(const ResultTable& rows) {
    if (rows.rows == 0 || !rows.values.front().is_valid(0)) return std::nullopt;
    return rows.values.front().values<std::int64_t>()[0];
}

namespace {

/// A time, and times after it at growing distances.
ResultTable look_ahead(std::int64_t time) {
    ResultTable times = single_timestamp(clock_variable, time);
    if (time > far_away || time < -far_away) return times;
    for (std::int64_t distance = 1000; distance <= longest_look_ahead; distance *= 2)
        times.values.front().append(time + distance);
    times.rows = times.values.front().size();
    return times;
}

}  // namespace

ClockExpression::ClockExpression(Engine& engine, const std::string& name, const ast::Expression& expression) {
    if (is_clock_itself(expression)) return;
    slot_ = engine.create_row_slot(name, {{clock_variable, TypeId::timestamp}});
    expression_ =
        engine.prepare(fmt::format("SELECT CAST({} AS TIMESTAMP) FROM {}", text_of(expression), slot_->from_sql()));
}

std::vector<std::optional<std::int64_t>> ClockExpression::at(const std::vector<std::int64_t>& times) const {
    std::vector<std::optional<std::int64_t>> values(times.begin(), times.end());
    if (!expression_ || times.empty()) return values;
    ResultTable clock = empty_rows({{clock_variable, TypeId::timestamp}});
    for (const std::int64_t time : times) clock.values.front().append(time);
    clock.rows = times.size();
    const ShownRows shown(*slot_, clock);
    const ResultTable computed = expression_->execute();
    const ColumnVector& column = computed.values.front();
    for (std::size_t row = 0; row < values.size(); ++row) {
        values[row] = column.is_valid(row) ? std::optional(column.values<std::int64_t>()[row]) : std::nullopt;
    }
    return values;
}

TimeBound::TimeBound(Engine& engine, const std::string& name, const TimeKey& key, const StreamClocks& clocks)
    : clocks_(clocks), slot_(engine.create_row_slot(name + ":clock", {{clock_variable, TypeId::timestamp}})) {
    for (const ClockValue& each : key) {
        Value value;
        value.clock = each.clock;
        if (!is_clock_itself(each.expression))
            value.expression = engine.prepare(
                fmt::format("SELECT CAST({} AS TIMESTAMP) FROM {}", text_of(each.expression), slot_->from_sql()));
        values_.push_back(std::move(value));
    }
}

StreamTime TimeBound::evaluate(Value& value) {
    const StreamTime& clock = clocks_[value.clock];
    if (!value.expression || clock.is_finished() || !clock.is_known()) return clock;
    if (value.clock_seen.is_known() && *clock.value() <= value.holds_until) return value.result;
    const ResultTable ahead = look_ahead(*clock.value());
    const ShownRows shown(*slot_, ahead);
    const ResultTable times = value.expression->execute();
    value.clock_seen = clock;
    value.holds_until = *clock.value();
    const auto time = first_timestamp(times);
    if (!time) return value.result;
    value.result.advance(*time);
    for (std::size_t row = 1; row < times.rows; ++row) {
        if (!times.values[0].is_valid(row) || times.values[0].values<std::int64_t>()[row] != *time) break;
        value.holds_until = ahead.values[0].values<std::int64_t>()[row];
    }
    return value.result;
}

StreamTime TimeBound::now() {
    StreamTime least;
    least.finish();
    for (Value& value : values_) {
        const StreamTime time = evaluate(value);
        if (!time.is_known()) return {};
        if (*time.value() < *least.value()) least = time;
    }
    return least;
}

}  // namespace laminar
