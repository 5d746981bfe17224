#include "runtime/operators/stream_clock.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/sql_writer.h"
#include "runtime/plan/expression_tools.h"

namespace laminar {

namespace {

bool is_clock_itself(const ast::Expression& expression) {
    const ast::Expression& plain = without_parentheses(expression);
    if (const auto* cast = std::get_if<ast::Cast>(&plain.node))
        return cast->type.name == "TIMESTAMP" && cast->type.dimensions.empty() && is_clock_itself(*cast->operand);
    return std::holds_alternative<ast::ColumnReference>(plain.node);
}

}  // namespace

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
    if (clock == value.clock_seen) return value.result;
    const ResultTable row = single_timestamp(clock_variable, clock.value());
    slot_->set_rows(&row);
    const auto time = first_timestamp(value.expression->execute());
    slot_->set_rows(nullptr);
    if (time) value.result.advance(*time);
    value.clock_seen = clock;
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
