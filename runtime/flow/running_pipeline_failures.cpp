// What a pipeline leaves out: counted, logged, and told to the connections the rows came from.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "parser/text/ascii.h"
#include "runtime/flow/rows/failed_rows.h"
#include "runtime/flow/rows/row_isolation.h"
#include "runtime/flow/running_pipeline.h"

namespace laminar {

namespace {

bool is_power_of_ten(std::uint64_t number) {
    std::uint64_t power = 1;
    while (power < number) power *= 10;
    return power == number;
}

}  // namespace

void RunningPipeline::count_refused(const std::string& reason) {
    ++failed_rows_;
    last_error_ = reason;
    // A feed of bad rows must not flood the log: the 1st, 10th, 100th... are told.
    if (is_power_of_ten(failed_rows_))
        spdlog::warn("[{}] {} rows left out so far; the latest: {}", name_, failed_rows_, reason);
}

void RunningPipeline::refused(const std::string& reason) {
    count_refused(reason);
    add_made_row_failure(reason, {});
}

/// A row that was made on the way came from several messages, or nobody knows which: all who had a part are told.
void RunningPipeline::add_made_row_failure(const std::string& reason, const std::string& row) {
    for (const std::string& connection : fed_by()) {
        FailedRow failure;
        failure.connection = connection;
        failure.consumer = name_;
        failure.reason = reason;
        failure.payload = row;
        add_failure(failures_, std::move(failure));
    }
}

const BatchSlot* RunningPipeline::slot_of(const Source& source) noexcept {
    if (source.upstream) return nullptr;
    if (source.typed_slot) return source.typed_slot.get();
    return source.stream ? &source.stream->slot() : nullptr;
}

void RunningPipeline::refused_row(const BatchSlot& slot, const RefusedRow& row) {
    count_refused(row.reason);
    add_row_failure(slot, row, FailedRow::Kind::processing);
}

void RunningPipeline::add_row_failure(const BatchSlot& slot, const RefusedRow& row, FailedRow::Kind kind) {
    for (const Source& source : sources_) {
        if (slot_of(source) != &slot) continue;
        if (source.past_rows)
            add_failure(failures_, source.connection, name_, row, *source.past_rows, kind);
        else if (source.typed_batch)
            add_failure(failures_, source.connection, name_, row, *source.typed_batch, kind);
        else
            add_failure(failures_, source.connection, name_, row, source.stream->batch(), kind);
        return;
    }
    if (kind == FailedRow::Kind::processing) add_made_row_failure(row.reason, {});
}

/// What was made on the way is tried again when one of the connections that it may come from asks for it.
unsigned RunningPipeline::retries(const BatchSlot* slot) const {
    for (const Source& source : sources_) {
        if (slot && slot_of(source) == slot) return source.retries;
    }
    return most_retries_;
}

void RunningPipeline::update_retries() noexcept {
    most_retries_ = 0;
    for (const Source& source : sources_)
        most_retries_ = std::max(most_retries_, source.upstream ? source.upstream->most_retries_ : source.retries);
}

void RunningPipeline::set_retries(std::string_view connection, unsigned retries) noexcept {
    for (Source& source : sources_) {
        if (equals_ignoring_case(source.connection, connection)) source.retries = retries;
    }
    update_retries();
}

std::vector<FailedRow> RunningPipeline::take_failures() {
    std::vector<FailedRow> failures = std::exchange(failures_, {});
    if (!sink_) return failures;
    if (sink_->undeliverable() != told_undeliverable_) {
        told_undeliverable_ = sink_->undeliverable();
        // Why it has failed, if it has, counts for more.
        if (state_ != PipelineState::failed) last_error_ = sink_->undeliverable_reason();
    }
    for (FailedRow& failure : sink_->take_failures()) {
        failure.consumer = name_;
        failures.push_back(std::move(failure));
    }
    return failures;
}

void RunningPipeline::late(const BatchSlot& slot, const std::vector<std::size_t>& rows) {
    for (const std::size_t row : rows) {
        add_row_failure(slot,
                        {row,
                         "came too late: the watermark had passed its window (or the row has no time); it was left "
                         "out"},
                        FailedRow::Kind::late);
    }
    const std::uint64_t before = late_rows_;
    late_rows_ += rows.size();
    std::uint64_t power = 1;
    while (power <= before) power *= 10;
    if (power <= late_rows_)
        spdlog::warn("[{}] {} rows came too late for their window (or have no time) and were left out", name_,
                     late_rows_);
}

}  // namespace laminar
