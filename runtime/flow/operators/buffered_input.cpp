#include "runtime/flow/operators/buffered_input.h"

#include <utility>

#include "runtime/flow/rows/result_rows.h"

namespace laminar {

BufferedInput::BufferedInput(const PlannedFragment& planned, const std::optional<AggregateParts>& parts,
                             const OperatorContext& context)
    : fragment_(context.engine, planned, context.scans, context.event_clocks, context.observer),
      buffer_(empty_rows(fragment_.columns()), rows_to_sum_up),
      taken_(empty_rows(fragment_.columns())) {
    if (parts) parts_ = std::make_unique<PartsStatement>(fragment_.columns(), *parts, context);
}

const std::vector<OutputColumn>& BufferedInput::columns() const {
    return parts_ ? parts_->columns() : fragment_.columns();
}

void BufferedInput::take() {
    ResultTable rows = fragment_.run();
    if (parts_)
        buffer_.replace_uncommitted(rows);
    else
        taken_ = std::move(rows);
}

ResultTable BufferedInput::sum_up() {
    if (!parts_) return std::exchange(taken_, empty_rows(fragment_.columns()));
    ResultTable parts = empty_rows(columns());
    buffer_.hand_over([&](ResultTable& rows) { parts = parts_->run(rows); });
    return parts;
}

}  // namespace laminar
