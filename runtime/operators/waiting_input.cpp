#include "runtime/operators/waiting_input.h"

#include "runtime/operators/result_rows.h"

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
    if (!parts) return;
    slot_ = context.engine.create_row_slot(context.name + ":rows", fragment_.columns());
    make_ = context.engine.prepare(query_over(parts->make, {slot_->from_sql()}));
}

WaitingInput::~WaitingInput() {
    if (slot_) slot_->set_rows(nullptr);
}

const std::vector<OutputColumn>& WaitingInput::columns() const {
    return make_ ? make_->columns() : fragment_.columns();
}

void WaitingInput::take() {
    is_summed_up_ = false;
    truncate_rows(rows_, settled_);
    append_rows(rows_, fragment_.run());
}

std::size_t WaitingInput::bytes() const noexcept { return byte_size(rows_); }

bool WaitingInput::has_enough() const noexcept {
    return !make_ || rows_.rows >= rows_worth_a_statement || bytes() >= bytes_worth_a_statement;
}

ResultTable WaitingInput::sum_up() {
    is_summed_up_ = true;
    if (!make_) return std::exchange(rows_, empty_rows(fragment_.columns()));
    if (rows_.rows == 0) return empty_rows(make_->columns());
    slot_->set_rows(&rows_);
    ResultTable parts = make_->execute();
    slot_->set_rows(nullptr);
    return parts;
}

void WaitingInput::settle() {
    if (is_summed_up_) truncate_rows(rows_, 0);
    settled_ = rows_.rows;
}

}  // namespace laminar
