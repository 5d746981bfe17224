#include "runtime/flow/operators/waiting_input.h"

#include <utility>

#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

/// The engine makes a table of 2 MiB for every grouping, as long as its rows are worth it: some 0.2 ms.
constexpr std::size_t rows_worth_a_statement = 8192;
constexpr std::size_t bytes_worth_a_statement = 4u << 20;

}  // namespace

WaitingInput::WaitingInput(const PlannedFragment& planned, const std::optional<AggregateParts>& parts,
                           const OperatorContext& context)
    : fragment_(context.engine, planned, context.scans, context.event_clocks, context.observer),
      rows_(empty_rows(fragment_.columns())) {
    if (parts) parts_ = std::make_unique<PartsStatement>(fragment_.columns(), *parts, context);
}

const std::vector<OutputColumn>& WaitingInput::columns() const {
    return parts_ ? parts_->columns() : fragment_.columns();
}

void WaitingInput::take() {
    is_summed_up_ = false;
    truncate_rows(rows_, committed_);
    append_rows(rows_, fragment_.run());
}

std::size_t WaitingInput::bytes() const noexcept { return byte_size(rows_); }

bool WaitingInput::has_enough() const noexcept {
    return !parts_ || rows_.rows >= rows_worth_a_statement || bytes() >= bytes_worth_a_statement;
}

ResultTable WaitingInput::sum_up() {
    is_summed_up_ = true;
    return parts_ ? parts_->run(rows_) : std::exchange(rows_, empty_rows(fragment_.columns()));
}

void WaitingInput::on_commit() {
    if (is_summed_up_) truncate_rows(rows_, 0);
    committed_ = rows_.rows;
}

}  // namespace laminar
