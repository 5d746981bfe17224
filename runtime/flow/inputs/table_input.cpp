#include "runtime/flow/inputs/table_input.h"

#include <utility>

#include "runtime/flow/rows/failed_rows.h"

namespace laminar {

TableInput::TableInput(QueryInput input, StreamInput& stream, InputOrigin origin, InputTime time,
                       std::shared_ptr<PastRows> past)
    : PipelineInput(std::move(input)),
      stream_(stream),
      origin_(std::move(origin)),
      time_(std::move(time)),
      past_(std::move(past)) {}

StreamScan TableInput::scan() {
    StreamScan scan;
    scan.slot = &stream_.slot();
    scan.from_sql = scan_sql(input_, origin_.content, scan.slot->from_sql());
    scan.numbered_sql = scan_sql(input_, origin_.content, scan.slot->numbered_from_sql(), row_position_column);
    scan.columns = shown_columns(input_);
    scan.rows = [this](bool removed) { return rows(removed); };
    return scan;
}

std::size_t TableInput::rows(bool removed) const {
    if (removed) return 0;
    return past_ && past_->rows() ? past_->rows()->rows : stream_.batch_rows();
}

bool TableInput::has_ended() const {
    return (!past_ || !past_->is_reading()) && stream_.shared_channel()->is_finished();
}

void TableInput::add_failure_of(const RefusedRow& row, FailedRow::Kind kind, const std::string& consumer,
                                std::vector<FailedRow>& failures) const {
    if (past_ && past_->rows())
        add_failure(failures, origin_.connection, consumer, row, *past_->rows(), kind);
    else
        add_failure(failures, origin_.connection, consumer, row, stream_.batch(), kind);
}

std::set<std::string> TableInput::fed_by() const {
    if (origin_.connection.empty()) return {};
    return {origin_.connection};
}

}  // namespace laminar
