#include "runtime/flow/left_out_rows.h"

#include <spdlog/spdlog.h>

#include "runtime/flow/rows/failed_rows.h"

namespace laminar {

namespace {

bool is_power_of_ten(std::uint64_t number) {
    std::uint64_t power = 1;
    while (power < number) power *= 10;
    return power == number;
}

}  // namespace

void LeftOutRows::count_refused(const std::string& reason) {
    ++refused_rows_;
    latest_reason_ = reason;
    // A feed of bad rows must not flood the log: the 1st, 10th, 100th... are told.
    if (is_power_of_ten(refused_rows_))
        spdlog::warn("[{}] {} rows left out so far; the latest: {}", pipeline_, refused_rows_, reason);
}

void LeftOutRows::refused(const std::string& reason) { refused_made_row(reason, {}); }

void LeftOutRows::refused_made_row(const std::string& reason, const std::string& row) {
    count_refused(reason);
    add_made_row_failure(reason, row);
}

/// A row that was made on the way came from several messages, or nobody knows which: all who had a part are told.
void LeftOutRows::add_made_row_failure(const std::string& reason, const std::string& row) {
    for (const std::string& connection : inputs_.fed_by()) {
        FailedRow failure;
        failure.connection = connection;
        failure.consumer = pipeline_;
        failure.reason = reason;
        failure.payload = row;
        add_failure(failures_, std::move(failure));
    }
}

void LeftOutRows::refused_row(const BatchSlot& slot, const RefusedRow& row) {
    count_refused(row.reason);
    add_row_failure(slot, row, FailedRow::Kind::processing);
}

void LeftOutRows::add_row_failure(const BatchSlot& slot, const RefusedRow& row, FailedRow::Kind kind) {
    if (const PipelineInput* input = inputs_.find(slot))
        input->add_failure_of(row, kind, pipeline_, failures_);
    else if (kind == FailedRow::Kind::processing)
        add_made_row_failure(row.reason, {});
}

/// What was made on the way is tried again when one of the connections that it may come from asks for it.
unsigned LeftOutRows::retries(const BatchSlot* slot) const {
    const PipelineInput* input = slot ? inputs_.find(*slot) : nullptr;
    return input ? input->retries() : inputs_.most_retries();
}

void LeftOutRows::take_reports() {
    for (const auto& input : inputs_.all()) {
        const std::string report = input->take_report();
        if (report.empty()) continue;
        for (const std::string& connection : input->fed_by()) {
            spdlog::warn("[{}] connection \"{}\": {}", pipeline_, connection, report);
            FailedRow failure;
            failure.connection = connection;
            failure.consumer = pipeline_;
            failure.reason = report;
            failure.kind = FailedRow::Kind::left_out;
            add_failure(failures_, std::move(failure));
        }
    }
}

void LeftOutRows::late(const BatchSlot& slot, const std::vector<std::size_t>& rows) {
    const std::uint64_t before = late_rows_;
    for (const std::size_t row : rows) {
        if (!told_late_.emplace(&slot, row).second) continue;
        ++late_rows_;
        add_row_failure(slot,
                        {row,
                         "came too late: the watermark had passed its window (or the row has no time); it was left "
                         "out"},
                        FailedRow::Kind::late);
    }
    std::uint64_t power = 1;
    while (power <= before) power *= 10;
    if (power <= late_rows_)
        spdlog::warn("[{}] {} rows came too late for their window (or have no time) and were left out", pipeline_,
                     late_rows_);
}

void LeftOutRows::add_failed_messages(std::set<std::string>& ids) const {
    for (const FailedRow& row : failures_) ids.insert(row.message_id);
}

}  // namespace laminar
