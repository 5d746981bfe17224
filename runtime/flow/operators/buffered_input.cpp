#include "runtime/flow/operators/buffered_input.h"

#include <utility>

#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/operator_rows.h"

namespace laminar {

BufferedInput::BufferedInput(const PlannedFragment& planned, const std::optional<AggregateParts>& parts,
                             const OperatorContext& context)
    : fragment_(context.engine, planned, context.scans, context.event_clocks, context.observer),
      memory_(context.engine),
      buffer_(empty_rows(fragment_.columns()), rows_to_sum_up),
      taken_(empty_rows(fragment_.columns())) {
    outlasts_ = context.store != nullptr;
    if (!parts) return;
    folds_ = parts->folds;
    parts_ = std::make_unique<PartsStatement>(fragment_.columns(), *parts, context);
    groups_ = DirectGroups::make(context.engine, *parts, parts_->columns());
}

const std::vector<OutputColumn>& BufferedInput::columns() const {
    return parts_ ? parts_->columns() : fragment_.columns();
}

std::optional<std::int64_t> BufferedInput::take() {
    ResultTable rows = fragment_.run();
    const auto least = least_timestamp(rows, time_key_column);
    if (groups_)
        groups_->take(rows);
    else if (parts_)
        buffer_.replace_uncommitted(rows);
    else
        taken_ = std::move(rows);
    return least;
}

std::uint64_t BufferedInput::rows() const noexcept {
    if (groups_) return groups_->size();
    return parts_ ? buffer_.rows() : taken_.rows;
}

std::size_t BufferedInput::bytes() const noexcept {
    if (groups_) return groups_->bytes();
    return parts_ ? buffer_.bytes() : taken_.byte_size();
}

std::optional<std::int64_t> BufferedInput::least_key() const {
    return groups_ ? groups_->least(time_key_column) : std::nullopt;
}

bool BufferedInput::has_enough() const noexcept {
    if (outlasts_) return rows() > 0;
    if (groups_) return groups_->bytes() >= memory_.bytes(groups_of_state.bytes);
    return !parts_ || buffer_.is_full() || buffer_.bytes() >= memory_.bytes(rows_to_sum_up.bytes);
}

ResultTable BufferedInput::sum_up() {
    if (groups_) {
        gives_up_groups_ = folds_;
        return groups_->take_out();
    }
    if (!parts_) return std::exchange(taken_, empty_rows(fragment_.columns()));
    ResultTable parts = empty_rows(columns());
    buffer_.hand_over([&](ResultTable& rows) { parts = parts_->run(rows); });
    return parts;
}

ResultTable BufferedInput::sum_up_before(std::int64_t bound) {
    return groups_ && !outlasts_ ? groups_->take_out_before(time_key_column, bound) : sum_up();
}

void BufferedInput::on_commit() {
    if (groups_) groups_->commit();
    if (std::exchange(gives_up_groups_, false)) groups_.reset();
    buffer_.commit();
}

}  // namespace laminar
