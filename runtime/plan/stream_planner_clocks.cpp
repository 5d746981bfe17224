#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/plan/row_origins.h"
#include "runtime/plan/stream_planner.h"
#include "runtime/plan/time_tracer.h"

/// The clocks of a plan: of inputs, of several that are united, of what operators deliver; and what is late by them.
namespace laminar {

std::optional<TimeKey> StreamPlanner::scan_clock(std::size_t scan, const std::string& column) {
    if (scan >= plan_.input_count) {
        for (const auto& time : plan_.operators[scan - plan_.input_count].time_columns) {
            if (equals_ignoring_case(time.name, column)) return TimeKey{{time.clock, time.value}};
        }
        return std::nullopt;
    }
    const QueryInput& input = bound_.inputs[scan];
    if (input.kind == InputKind::pipeline) return upstream_clock(scan, column);
    const auto found = std::find_if(input.columns.begin(), input.columns.end(),
                                    [&](const InputColumn& each) { return equals_ignoring_case(each.name, column); });
    if (found == input.columns.end()) return std::nullopt;
    const bool arrival =
        found->metadata == MetadataField::received_at || found->metadata == MetadataField::processed_at;
    const TypeId type = found->type.id;
    const InputTime& time = times_[scan];
    const bool declared = !time.column.empty();
    if (!is_time(found->type)) return std::nullopt;
    if (!arrival && declared && !equals_ignoring_case(time.column, column)) return std::nullopt;
    PlannedClock clock;
    clock.kind = arrival ? PlannedClock::Kind::arrival : PlannedClock::Kind::event_time;
    clock.origin = clock.kind;
    clock.scan = scan;
    clock.column = found->name;
    clock.type = found->type;
    clock.idle = time.idle;
    ast::Expression column_value = make_cast(make_column("", found->name, {}), "TIMESTAMP", {});
    if (arrival) {
        clock.watermark = std::move(column_value);
    } else if (declared && time.watermark) {
        clock.watermark = make_cast(*time.watermark, "TIMESTAMP", {});
    } else {
        ast::Expression delay;
        delay.node = ast::Literal{ast::LiteralKind::integer, std::to_string(time.delay.count())};
        clock.watermark = make_binary(std::move(column_value), ast::OperatorKind::subtract,
                                      make_call("to_microseconds", {std::move(delay)}, {}));
        if (type == TypeId::timestamp && !found->metadata) clock.delay = time.delay.count();
    }
    return TimeKey{
        {input_clock(std::move(clock)), make_cast(make_column("", clock_variable, {}), to_sql(found->type), {})}};
}

/// Rows of a pipeline are as old as they were for it: its own clocks go on counting.
std::optional<TimeKey> StreamPlanner::upstream_clock(std::size_t scan, const std::string& column) {
    const ResultTimes& times = times_[scan].upstream;
    const auto found = std::find_if(times.columns.begin(), times.columns.end(), [&](const ResultTimes::Column& each) {
        return equals_ignoring_case(each.name, column);
    });
    if (found == times.columns.end()) return std::nullopt;
    TimeKey key = found->key;
    for (ClockValue& value : key) {
        PlannedClock clock;
        clock.kind = PlannedClock::Kind::upstream;
        clock.origin = times.clocks.at(value.clock).origin;
        clock.is_united = times.clocks.at(value.clock).is_united;
        clock.upstream_clock = value.clock;
        clock.scan = scan;
        clock.column = found->name;
        clock.type = TypeId::timestamp;
        value.clock = input_clock(std::move(clock));
    }
    return key;
}

/// The clock of an input that is the same, or this one, now among those of the plan.
std::size_t StreamPlanner::input_clock(PlannedClock clock) {
    for (std::size_t index = 0; index < plan_.clocks.size(); ++index) {
        const PlannedClock& known = plan_.clocks[index];
        if (known.scan != clock.scan || known.kind != clock.kind) continue;
        if (clock.kind == PlannedClock::Kind::upstream ? known.upstream_clock == clock.upstream_clock
                                                       : equals_ignoring_case(known.column, clock.column))
            return index;
    }
    plan_.clocks.push_back(std::move(clock));
    return plan_.clocks.size() - 1;
}

/// The clock of these members that is there, or a new one.
std::size_t StreamPlanner::united_clock(TimeKey members) {
    const auto same = [](const ClockValue& one, const ClockValue& other) {
        return one.clock == other.clock && ast::same_structure(one.expression, other.expression);
    };
    TimeKey distinct;
    for (ClockValue& member : members) {
        if (std::none_of(distinct.begin(), distinct.end(),
                         [&](const ClockValue& other) { return same(other, member); }))
            distinct.push_back(std::move(member));
    }
    const auto has_same_members = [&](const PlannedClock& clock) {
        return clock.kind == PlannedClock::Kind::united &&
               std::equal(clock.members.begin(), clock.members.end(), distinct.begin(), distinct.end(), same);
    };
    const auto known = std::find_if(plan_.clocks.begin(), plan_.clocks.end(), has_same_members);
    if (known != plan_.clocks.end()) return static_cast<std::size_t>(known - plan_.clocks.begin());
    const auto all_have = [&](PlannedClock::Kind origin) {
        return std::all_of(distinct.begin(), distinct.end(),
                           [&](const ClockValue& member) { return plan_.clocks[member.clock].origin == origin; });
    };
    PlannedClock clock;
    clock.kind = PlannedClock::Kind::united;
    if (std::any_of(distinct.begin(), distinct.end(),
                    [&](const ClockValue& member) { return may_be_late(member.clock); }))
        clock.origin = PlannedClock::Kind::event_time;
    else
        clock.origin =
            all_have(PlannedClock::Kind::arrival) ? PlannedClock::Kind::arrival : PlannedClock::Kind::operator_output;
    clock.is_united = true;
    clock.type = TypeId::timestamp;
    clock.members = std::move(distinct);
    plan_.clocks.push_back(std::move(clock));
    return plan_.clocks.size() - 1;
}

/// Rows that come by several ways have a clock for each of them. Would readers follow them all, there were twice as
/// many with every two pipelines that meet again: they follow one, which says of each row what the clock of its way
/// says.
TimeKey StreamPlanner::united(TimeKey key, const ColumnType& type) {
    if (key.size() == 1) return key;
    std::vector<TimeKey> by_expression;
    for (ClockValue& value : key) {
        auto found = std::find_if(by_expression.begin(), by_expression.end(), [&](const TimeKey& each) {
            return ast::same_structure(each.front().expression, value.expression);
        });
        if (found == by_expression.end()) found = by_expression.emplace(found);
        found->push_back(std::move(value));
    }
    if (by_expression.size() > 1 && !is_window_structure(by_expression.front())) {
        // Times that were made in other ways: it has their values.
        if (!is_time(type)) return {};
        TimeKey members;
        for (TimeKey& values : by_expression) std::move(values.begin(), values.end(), std::back_inserter(members));
        return {{united_clock(std::move(members)), make_cast(make_column("", clock_variable, {}), to_sql(type), {})}};
    }
    // The same of all clocks, which readers compute. A window has two ends, and one clock has one value: of windows
    // that differ there are several.
    TimeKey one;
    for (TimeKey& values : by_expression) {
        ast::Expression expression = values.front().expression;
        for (ClockValue& value : values) value.expression = make_column("", clock_variable, {});
        one.push_back({united_clock(std::move(values)), std::move(expression)});
    }
    return one;
}

/// Operators and the clock on the wall deliver in order.
bool StreamPlanner::may_be_late(std::size_t clock) const {
    return plan_.clocks[clock].origin == PlannedClock::Kind::event_time;
}

std::optional<PlannedLateness> StreamPlanner::lateness(const ast::Query& input, const std::string& item,
                                                       const TimeKey& key) const {
    for (const ast::SelectItem& each : std::get<ast::Select>(input.body.node).items) {
        if (each.alias && each.alias->text == item) return lateness(input, {{each.value, key}});
    }
    return std::nullopt;
}

std::optional<PlannedLateness> StreamPlanner::lateness(
    const ast::Query& input, const std::vector<std::pair<ast::Expression, TimeKey>>& values) const {
    PlannedLateness lateness;
    std::vector<ast::SelectItem> items;
    for (const auto& [value, key] : values) {
        const std::size_t rules_before = lateness.rules.size();
        for (const ClockValue& bound : key) {
            if (may_be_late(bound.clock))
                lateness.rules.push_back({items.size(), plan_.clocks[bound.clock].scan, bound});
        }
        if (lateness.rules.size() > rules_before)
            items.push_back(make_item(value, fmt::format("__late{}", items.size())));
    }
    if (items.empty()) return std::nullopt;
    lateness.values = items.size();
    lateness.query =
        with_origins(input, std::move(items), columns_, [this](std::size_t scan) { return is_stream_scan(scan); });
    return lateness;
}

std::size_t StreamPlanner::add_output_clock(std::size_t scan, std::size_t side) {
    PlannedClock clock;
    clock.kind = PlannedClock::Kind::operator_output;
    clock.origin = clock.kind;
    clock.scan = scan;
    clock.side = side;
    clock.type = TypeId::timestamp;
    plan_.clocks.push_back(std::move(clock));
    return plan_.clocks.size() - 1;
}

}  // namespace laminar
