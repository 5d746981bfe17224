#include "runtime/flow/inputs/stream_input.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "connectors/codec/rows/metadata_writer.h"
#include "connectors/delivery/input_channel.h"
#include "runtime/flow/rows/completed_rows.h"
#include "runtime/flow/rows/failed_rows.h"
#include "runtime/flow/rows/row_isolation.h"

namespace laminar {

StreamInput::StreamInput(Engine& engine, const std::string& key, std::shared_ptr<InputChannel> channel)
    : engine_(engine), key_(key), channel_(std::move(channel)) {
    schema_ = channel_->schema();
    slot_ = engine_.create_batch_slot(key_, schema_);
    rows_sql_ = slot_->from_sql();
}

StreamInput::~StreamInput() { release(false); }

std::unique_ptr<StreamInput> StreamInput::for_table(Engine& engine, const TableObject& table,
                                                    std::shared_ptr<InputChannel> channel, const std::string& key) {
    std::unique_ptr<StreamInput> input(
        new StreamInput(engine, key.empty() ? "table:" + table.name : key, std::move(channel)));
    input->set_connection(table.options.connector);
    input->complete_rows_of(table);
    input->retained_ = std::make_unique<RetainedTable>(engine, table, input->schema_, input->rows_sql_);
    const ColumnBatch empty(input->schema_);
    input->is_retained_at_once_ =
        input->completing_ || std::any_of(empty.columns.begin(), empty.columns.end(),
                                          [](const ColumnVector& column) { return column.cast_by_engine(); });
    return input;
}

std::unique_ptr<StreamInput> StreamInput::for_connection(Engine& engine, const std::string& key,
                                                         std::shared_ptr<InputChannel> channel) {
    return std::unique_ptr<StreamInput>(new StreamInput(engine, key, std::move(channel)));
}

void StreamInput::complete_rows_of(const TableObject& table) {
    const std::string completed = completed_rows_sql(table, *schema_, rows_sql_);
    if (completed.empty()) return;
    std::vector<OutputColumn> columns;
    for (const BatchColumn& column : schema_->columns) columns.push_back({column.name, column.type});
    completing_ = engine_.prepare(completed);
    completed_slot_ = engine_.create_row_slot(key_ + ":completed", columns);
    rows_sql_ = completed_slot_->from_sql();
}

bool StreamInput::advance(TakeIn wanted) {
    release(false);  // Of a cycle that failed midway.
    batch_ = channel_->take(failure_.empty() ? wanted : TakeIn::everything);
    if (!batch_) return false;
    if (!failure_.empty()) {
        release(false);
        return false;
    }
    fill_in_processed_at(*batch_, std::chrono::system_clock::now());
    // A channel that was redefined since is read by whoever redefined it.
    slot_->set_batch(batch_->schema == schema_ ? batch_.get() : nullptr);
    try {
        keep_batch();
    } catch (const EngineException& problem) {
        if (!is_about_values(problem.error())) throw;
        leave_out_refused_rows();
        keep_batch();
    }
    rows_ += batch_->rows;
    return true;
}

void StreamInput::keep_batch() {
    if (completing_) {
        completed_rows_ = completing_->execute();
        completed_slot_->set_rows(&*completed_rows_);
    }
    if (retained_ && is_retained_at_once_) retained_->append_shown(batch_->byte_size());
}

void StreamInput::fail(const std::string& reason) {
    if (!failure_.empty()) return;
    failure_ = reason;
    spdlog::error("[{}] table failed: {}", key_, reason);
    release(false);
}

const std::string& StreamInput::failure() const noexcept {
    return failure_.empty() && retained_ ? retained_->failure() : failure_;
}

void StreamInput::retain() {
    if (retained_ && batch_ && !is_retained_at_once_) retained_->append(*batch_);
}

void StreamInput::leave_out_refused_rows() {
    const std::unique_ptr<PreparedQuery> read = completing_ ? nullptr : engine_.prepare("SELECT * FROM " + rows_sql_);
    const auto refused = process_in_parts(batch_->rows, [&](std::size_t first, std::size_t count) {
        slot_->set_window(first, count);
        (void)(completing_ ? completing_ : read)->execute();
    });
    slot_->set_batch(batch_.get());
    for (const RefusedRow& row : refused) {
        slot_->skip_row(row.row);
        add_failure(failures_, connection_, key_, row, *batch_);
    }
    refused_rows_ += refused.size();
    if (!refused.empty())
        spdlog::warn("[{}] {} of {} rows left out: {}", key_, refused.size(), batch_->rows, refused.front().reason);
}

void StreamInput::release(bool processed) {
    if (!batch_) return;
    if (completed_slot_) completed_slot_->set_rows(nullptr);
    completed_rows_.reset();
    slot_->set_batch(nullptr);
    channel_->recycle(std::move(batch_), processed);
}

}  // namespace laminar
