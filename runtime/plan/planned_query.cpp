#include "runtime/plan/planned_query.h"

#include <algorithm>
#include <utility>

#include "catalog/objects/table_columns.h"
#include "parser/ast/structure.h"
#include "runtime/plan/logical/node_structure.h"

namespace laminar {

InputTime input_time(const TableObject& table) {
    InputTime time;
    time.idle = table.options.watermark_idle;
    if (table.options.watermark_delay) time.delay = *table.options.watermark_delay;
    if (table.watermark) {
        time.column = engine_name_of(table.columns, table.watermark->column.text);
        time.watermark = table.watermark->expression;
        // Declared without an expression: rows come in order.
        if (!table.options.watermark_delay) time.delay = std::chrono::microseconds(0);
    } else {
        time.column = engine_name_of(table.columns, table.options.event_time_field);
    }
    return time;
}

InputTime result_time(const StreamPlan& plan) {
    InputTime time;
    time.changes = plan.logical->root.changes;
    time.in_order = plan.logical->root.in_order;
    time.upstream = plan.logical->times;
    time.plan = plan.logical;
    return time;
}

namespace {

InputTime pipeline_time(const PipelineObject& pipeline) {
    const auto* planned = dynamic_cast<const PlannedQuery*>(pipeline.facts.get());
    return planned ? result_time(planned->plan) : InputTime();
}

bool is_same(const InputColumn& one, const InputColumn& other) {
    return one.name == other.name && one.type == other.type && one.metadata == other.metadata;
}

bool is_same(const QueryInput& one, const QueryInput& other) {
    return one.kind == other.kind && one.object == other.object && one.all_fields == other.all_fields &&
           std::equal(one.columns.begin(), one.columns.end(), other.columns.begin(), other.columns.end(),
                      [](const InputColumn& a, const InputColumn& b) { return is_same(a, b); });
}

bool is_same(const ClockValue& one, const ClockValue& other) {
    return one.clock == other.clock && ast::same_structure(one.expression, other.expression);
}

bool is_same(const ResultTimes& one, const ResultTimes& other) {
    const auto same_column = [](const TimeColumn& a, const TimeColumn& b) {
        return a.position == b.position && a.name == b.name &&
               std::equal(a.key.begin(), a.key.end(), b.key.begin(), b.key.end(),
                          [](const ClockValue& left, const ClockValue& right) { return is_same(left, right); });
    };
    const auto same_clock = [](const ResultTimes::Clock& a, const ResultTimes::Clock& b) {
        return a.origin == b.origin && a.is_united == b.is_united;
    };
    return std::equal(one.columns.begin(), one.columns.end(), other.columns.begin(), other.columns.end(),
                      same_column) &&
           std::equal(one.clocks.begin(), one.clocks.end(), other.clocks.begin(), other.clocks.end(), same_clock);
}

bool is_same(const std::shared_ptr<const logical::Plan>& one, const std::shared_ptr<const logical::Plan>& other) {
    return one == other || (one && other && logical::same_structure(*one, *other));
}

bool is_same(const InputTime& one, const InputTime& other) {
    const bool same_watermark = one.watermark && other.watermark ? ast::same_structure(*one.watermark, *other.watermark)
                                                                 : !one.watermark && !other.watermark;
    return same_watermark && one.column == other.column && one.delay == other.delay && one.idle == other.idle &&
           one.changes == other.changes && one.in_order == other.in_order && is_same(one.upstream, other.upstream) &&
           is_same(one.plan, other.plan);
}

}  // namespace

std::shared_ptr<const PipelineFacts> planned_query(const BoundQuery& query, std::vector<InputTime> times,
                                                   StreamPlan plan) {
    auto planned = std::make_shared<PlannedQuery>();
    planned->changes = plan.logical->root.changes;
    planned->inputs = query.inputs;
    planned->times = std::move(times);
    planned->plan = std::move(plan);
    return planned;
}

const StreamPlan* checked_plan(const PipelineFacts* facts, const std::vector<QueryInput>& inputs,
                               const std::vector<InputTime>& times) {
    const auto* planned = dynamic_cast<const PlannedQuery*>(facts);
    if (!planned) return nullptr;
    const bool same_inputs = std::equal(inputs.begin(), inputs.end(), planned->inputs.begin(), planned->inputs.end(),
                                        [](const QueryInput& a, const QueryInput& b) { return is_same(a, b); });
    const bool same_times = std::equal(times.begin(), times.end(), planned->times.begin(), planned->times.end(),
                                       [](const InputTime& a, const InputTime& b) { return is_same(a, b); });
    return same_inputs && same_times ? &planned->plan : nullptr;
}

std::vector<InputTime> input_times(const BoundQuery& query, const Catalog& catalog) {
    std::vector<InputTime> times;
    for (const QueryInput& input : query.inputs) {
        const auto* table =
            input.kind == InputKind::stream_table ? catalog.find_as<TableObject>(input.object) : nullptr;
        const auto* pipeline =
            input.kind == InputKind::pipeline ? catalog.find_as<PipelineObject>(input.object) : nullptr;
        times.push_back(table ? input_time(*table) : pipeline ? pipeline_time(*pipeline) : InputTime());
    }
    return times;
}

}  // namespace laminar
