#include "runtime/flow/pipeline_output.h"

#include "parser/ast/builders.h"
#include "runtime/plan/planned_query.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

void PipelineOutput::open(OperatorGraph& graph) {
    graph_ = &graph;
    if (!is_read_) return;
    // Whoever waits for the columns learns of the first rows.
    for (const TimeColumn& column : graph.plan().logical->times.columns) {
        for (const ClockValue& value : column.key) watch(value.clock);
    }
}

void PipelineOutput::clear() {
    result_.added.rows = 0;
    result_.removed.rows = 0;
    result_.marks.clear();
}

std::vector<OutputColumn> PipelineOutput::columns() const {
    if (!graph_) return {};
    std::vector<OutputColumn> columns = graph_->columns();
    // Where * stands for the fields of messages, the query does not name them.
    if (!is_shaped_ || query_.columns.size() != columns.size()) return columns;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        if (query_.columns[index].name != open_fields_column) columns[index].name = query_.columns[index].name;
    }
    return columns;
}

InputTime PipelineOutput::time() const {
    InputTime time = result_time(graph_->plan());
    time.upstream = times();
    return time;
}

ResultTimes PipelineOutput::times() const {
    ResultTimes times = graph_->plan().logical->times;
    if (!is_shaped_) return times;
    const std::vector<OutputColumn> columns = this->columns();
    std::erase_if(times.columns, [&](TimeColumn& time) {
        const ColumnType& type = columns.at(time.position).type;
        time.name = columns.at(time.position).name;
        if (is_window_structure(time.key)) return type.id != TypeId::structure;
        if (!is_time(type)) return true;
        for (ClockValue& value : time.key) value.expression = make_cast(std::move(value.expression), to_sql(type), {});
        return false;
    });
    return times;
}

void PipelineOutput::watch(std::size_t clock) {
    // Who is asked by several ways asks on once.
    if (graph_->is_watched(clock)) return;
    inputs_.watch(graph_->plan(), graph_->plan().clocks().at(clock));
    graph_->watch(clock);
}

const RowMarks* PipelineOutput::marks(std::size_t clock) const {
    const auto found = result_.marks.find(clock);
    return found == result_.marks.end() ? nullptr : &found->second;
}

}  // namespace laminar
