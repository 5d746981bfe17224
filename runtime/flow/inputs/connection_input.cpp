#include "runtime/flow/inputs/connection_input.h"

#include <utility>

#include "runtime/flow/rows/failed_rows.h"

namespace laminar {

ConnectionInput::ConnectionInput(QueryInput input, std::unique_ptr<StreamInput> stream, InputOrigin origin)
    : PipelineInput(std::move(input)), stream_(std::move(stream)), origin_(std::move(origin)) {}

StreamScan ConnectionInput::scan() { return scan_of(stream_->slot()); }

StreamScan ConnectionInput::scan_of(BatchSlot& slot) {
    StreamScan scan;
    scan.slot = &slot;
    scan.from_sql = scan_sql(input_, origin_.content, slot.from_sql());
    scan.numbered_sql = scan_sql(input_, origin_.content, slot.numbered_from_sql(), row_position_column);
    scan.columns = shown_columns(input_);
    scan.rows = [this](bool removed) { return rows(removed); };
    return scan;
}

void ConnectionInput::add_failure_of(const RefusedRow& row, FailedRow::Kind kind, const std::string& consumer,
                                     std::vector<FailedRow>& failures) const {
    add_failure(failures, origin_.connection, consumer, row, stream_->batch(), kind);
}

}  // namespace laminar
