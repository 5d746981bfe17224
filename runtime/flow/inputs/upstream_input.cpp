#include "runtime/flow/inputs/upstream_input.h"

#include <fmt/format.h>

#include <utility>

namespace laminar {

UpstreamInput::UpstreamInput(QueryInput input, UpstreamRows& upstream)
    : PipelineInput(std::move(input)), upstream_(upstream) {
    upstream_.add_reader();
}

UpstreamInput::~UpstreamInput() { release(false); }

bool UpstreamInput::prepare(Engine& engine, const std::string& name) {
    if (slot_) return true;
    const std::vector<OutputColumn> columns = upstream_.columns();
    if (columns.empty()) return false;
    slot_ = engine.create_row_slot(fmt::format("{}:{}", name, upstream_.name()), columns);
    input_.columns.clear();
    for (const OutputColumn& column : columns) input_.columns.push_back({column.name, column.type, std::nullopt, {}});
    return true;
}

StreamScan UpstreamInput::scan() {
    StreamScan scan;
    scan.slot = slot_.get();
    scan.from_sql = slot_->from_sql();
    scan.numbered_sql = slot_->numbered_from_sql();
    scan.columns = shown_columns(*slot_);
    scan.rows = [this](bool removed) { return rows(removed); };
    scan.show = [this](bool removed) { slot_->set_rows(removed ? upstream_.removed() : upstream_.added()); };
    scan.upstream_time = [this](std::size_t clock) { return upstream_.time_of(clock); };
    scan.upstream_marks = [this](std::size_t clock) { return upstream_.marks(clock); };
    return scan;
}

std::size_t UpstreamInput::rows(bool removed) const {
    const ResultTable* rows = removed ? upstream_.removed() : upstream_.added();
    return rows ? rows->rows : 0;
}

void UpstreamInput::release(bool) {
    if (slot_) slot_->set_rows(nullptr);
}

}  // namespace laminar
