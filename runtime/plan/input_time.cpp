#include "runtime/plan/input_time.h"

#include "catalog/objects/table_columns.h"

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

namespace {

struct PlannedFacts final : PipelineFacts {
    ResultTimes times;
};

InputTime pipeline_time(const PipelineObject& pipeline) {
    InputTime time;
    const auto* facts = dynamic_cast<const PlannedFacts*>(pipeline.facts.get());
    if (!facts) return time;
    time.upstream = facts->times;
    time.changes = facts->changes;
    return time;
}

}  // namespace

std::shared_ptr<const PipelineFacts> facts_of(const std::optional<StreamPlan>& plan) {
    if (!plan) return nullptr;
    auto facts = std::make_shared<PlannedFacts>();
    facts->times = plan->times;
    facts->changes = plan->changes;
    return facts;
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
