#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/plan/analysis/logical_planner.h"
#include "runtime/plan/time/time_tracer.h"

/// The clocks of a plan: of inputs, of several that are united, of what keeps state.
namespace laminar {

namespace {

/// INTERVAL of so many microseconds, as people write it.
ast::Expression interval_of(std::chrono::microseconds length) {
    const std::int64_t count = length.count();
    std::string text = fmt::format("{} microseconds", count);
    if (count % 1'000'000 == 0)
        text = fmt::format("{} second{}", count / 1'000'000, count == 1'000'000 ? "" : "s");
    else if (count % 1'000 == 0)
        text = fmt::format("{} milliseconds", count / 1'000);
    return {{}, ast::IntervalLiteral{make_string(text, {}), {}}};
}

/// What is computed of each element of a list of a row, as what it is at most: a row is as old as the youngest of them.
/// Nothing is changed where no element is taken; false where elements of several lists are.
bool take_largest_element(ast::Expression& value) {
    static constexpr std::string_view element = "__element";
    std::optional<ast::Expression> list;
    bool good = true;
    replace_expressions(value, [&](ast::Expression& each) {
        if (called_function(each) != "unnest") return false;
        const auto& call = std::get<ast::FunctionCall>(each.node);
        good =
            good && call.arguments.size() == 1 && (!list || ast::same_structure(*list, call.arguments.front().value));
        if (good) {
            list = call.arguments.front().value;
            each = make_column("", element, {});
        }
        return true;
    });
    if (!good || !list) return good;
    ast::Lambda lambda;
    lambda.parameters.push_back(make_identifier(element, {}));
    lambda.body = std::move(value);
    ast::Expression values = make_call("list_transform", {std::move(*list), {{}, std::move(lambda)}}, {});
    value = make_call("list_max", {std::move(values)}, {});
    return true;
}

}  // namespace

std::optional<TimeKey> LogicalPlanner::scan_clock(std::size_t scan, const std::string& column) {
    if (scan >= plan_.input_count) {
        for (const TimeColumn& time : nodes_[scan - plan_.input_count].node.times) {
            if (equals_ignoring_case(time.name, column)) return time.key;
        }
        return std::nullopt;
    }
    const QueryInput& input = bound_.inputs[scan];
    if (input.kind == InputKind::pipeline) return upstream_clock(scan, column);
    const auto found = std::find_if(input.columns.begin(), input.columns.end(),
                                    [&](const InputColumn& each) { return equals_ignoring_case(each.name, column); });
    if (found == input.columns.end() || !is_time(found->type)) return std::nullopt;
    const bool arrival =
        found->metadata == MetadataField::received_at || found->metadata == MetadataField::processed_at;
    const std::string& declared = times_[scan].column;
    if (!arrival && !declared.empty() && !equals_ignoring_case(declared, column)) return std::nullopt;
    const auto clock = input_clock(declared_clock(scan, *found, arrival));
    if (!clock) return std::nullopt;
    return TimeKey{{*clock, make_cast(make_column("", clock_variable, {}), to_sql(found->type), {})}};
}

PlannedClock LogicalPlanner::declared_clock(std::size_t scan, const InputColumn& column, bool arrival) const {
    const InputTime& time = times_[scan];
    PlannedClock clock;
    clock.kind = arrival ? PlannedClock::Kind::arrival : PlannedClock::Kind::event_time;
    clock.origin = clock.kind;
    clock.scan = scan;
    clock.column = column.name;
    clock.type = column.type;
    clock.idle = time.idle;
    ast::Expression value = make_cast(make_column("", column.name, {}), "TIMESTAMP", {});
    clock.time = value;
    if (arrival) {
        clock.watermark = std::move(value);
    } else if (!time.column.empty() && time.watermark) {
        clock.watermark = make_cast(*time.watermark, "TIMESTAMP", {});
    } else {
        clock.watermark = make_binary(std::move(value), ast::OperatorKind::subtract, interval_of(time.delay));
        if (column.type.id == TypeId::timestamp && !column.metadata) clock.delay = time.delay.count();
    }
    return clock;
}

/// Where the input does not say by which column it goes. A row of which it cannot be computed is left out where it is
/// asked for: to the clock it has no time.
std::optional<TimeKey> LogicalPlanner::value_clock(std::size_t scan, const ast::Expression& computed) {
    if (scan >= plan_.input_count || !times_[scan].column.empty()) return std::nullopt;
    const InputKind kind = bound_.inputs[scan].kind;
    if (kind != InputKind::stream_table && kind != InputKind::connection) return std::nullopt;
    ast::Expression value = computed;
    if (!take_largest_element(value)) return std::nullopt;
    const auto is_of_more = [&](const ast::Expression& each) {
        return goes_by_the_moment(each) || is_window_function(each) || is_aggregate_call(each, aggregates_) ||
               called_function(each) == "unnest";
    };
    if (contains(value, is_of_more)) return std::nullopt;
    ast::Select select;
    select.items.push_back(make_item(value, "time"));
    select.from = make_scan(scan, "rows");
    const std::vector<OutputColumn> columns = columns_.of(make_query(std::move(select)));
    if (columns.size() != 1 || !is_time(columns.front().type)) return std::nullopt;
    PlannedClock clock;
    clock.scan = scan;
    clock.column = text_of(value);
    clock.type = columns.front().type;
    clock.idle = times_[scan].idle;
    clock.time = make_call("try", {make_cast(value, "TIMESTAMP", {})}, {});
    clock.watermark = make_binary(clock.time, ast::OperatorKind::subtract, interval_of(times_[scan].delay));
    const auto known = input_clock(std::move(clock));
    if (!known) return std::nullopt;
    return TimeKey{{*known, make_cast(make_column("", clock_variable, {}), to_sql(columns.front().type), {})}};
}

/// Rows of a pipeline are as old as they were for it: its own clocks go on counting.
std::optional<TimeKey> LogicalPlanner::upstream_clock(std::size_t scan, const std::string& column) {
    const ResultTimes& times = times_[scan].upstream;
    const auto found = std::find_if(times.columns.begin(), times.columns.end(),
                                    [&](const TimeColumn& each) { return equals_ignoring_case(each.name, column); });
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
        const auto known = input_clock(std::move(clock));
        if (!known) return std::nullopt;
        value.clock = *known;
    }
    return key;
}

/// The clock of an input that is the same, or this one, now among those of the plan.
std::optional<std::size_t> LogicalPlanner::input_clock(PlannedClock clock) {
    for (std::size_t index = 0; index < plan_.clocks.size(); ++index) {
        const PlannedClock& known = plan_.clocks[index];
        if (known.scan != clock.scan || known.kind != clock.kind) continue;
        if (clock.kind == PlannedClock::Kind::upstream ? known.upstream_clock == clock.upstream_clock
                                                       : ast::same_structure(known.time, clock.time))
            return index;
    }
    if (has_all_clocks_) return std::nullopt;
    plan_.clocks.push_back(std::move(clock));
    return plan_.clocks.size() - 1;
}

/// The clock of these members that is there, or a new one.
std::size_t LogicalPlanner::united_clock(TimeKey members) {
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
                    [&](const ClockValue& member) { return may_be_late(plan_.clocks[member.clock]); }))
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
TimeKey LogicalPlanner::united(TimeKey key, const ColumnType& type) {
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

void LogicalPlanner::find_result_times(const ast::Query& query) {
    const TimeTracer tracer = make_tracer();
    const std::vector<OutputColumn> columns = columns_.of(query);
    for (std::size_t position = 0; position < columns.size(); ++position) {
        // A message may make a thousand columns, and following one asks for all of them.
        const ColumnType& type = columns[position].type;
        if (!is_time(type) && type.id != TypeId::structure) continue;
        auto key = tracer.trace_column(query, columns[position].name);
        if (!key) continue;
        TimeKey one = united(std::move(*key), type);
        if (!one.empty()) plan_.times.columns.push_back({position, columns[position].name, std::move(one)});
    }
}

std::size_t LogicalPlanner::add_output_clock(std::size_t scan, std::size_t side) {
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
