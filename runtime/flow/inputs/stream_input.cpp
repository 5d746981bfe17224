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

StreamInput::StreamInput(Engine& engine, const std::string& key, std::shared_ptr<InputChannel> channel,
                         StateStore* store)
    : engine_(engine), store_(store), key_(key), channel_(std::move(channel)) {
    schema_ = channel_->schema();
    slot_ = engine_.create_batch_slot(key_, schema_);
    rows_sql_ = slot_->from_sql();
}

StreamInput::~StreamInput() { release(false); }

std::unique_ptr<StreamInput> StreamInput::for_table(Engine& engine, const TableObject& table,
                                                    std::shared_ptr<InputChannel> channel, const std::string& key,
                                                    StateStore* store) {
    std::unique_ptr<StreamInput> input(
        new StreamInput(engine, key.empty() ? "table:" + table.name : key, std::move(channel), store));
    input->set_connection(table.options.connector);
    input->complete_rows_of(table);
    input->retained_ =
        std::make_unique<RetainedTable>(engine, table, input->schema_, input->rows_sql_, store, input->key_);
    const ColumnBatch empty(input->schema_);
    input->is_retained_at_once_ =
        input->completing_ || std::any_of(empty.columns.begin(), empty.columns.end(),
                                          [](const ColumnVector& column) { return column.cast_by_engine(); });
    if (store) input->take_up();
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
    // Asked before: nobody else takes, so that it is that of the batch.
    const auto waiting_since = channel_->pending_messages() > 0 ? channel_->waiting_since() : std::nullopt;
    batch_ = channel_->take(failure_.empty() ? wanted : TakeIn::everything);
    if (!batch_) return false;
    arrived_at_ = waiting_since;
    if (!failure_.empty()) {
        release(false);
        return false;
    }
    fill_in_processed_at(*batch_, std::chrono::system_clock::now());
    // A channel that was redefined since is read by whoever redefined it.
    slot_->set_batch(batch_->schema == schema_ ? batch_.get() : nullptr);
    if (retained_) leave_out_redelivered(*batch_, *slot_);
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
    if (!retained_ || !is_retained_at_once_) return;
    if (!store_) return retained_->append_shown(batch_->byte_size());
    // They are written in the transaction of the cycle, when pipelines have seen them.
    if (completing_) return;
    if (!trial_) trial_ = engine_.prepare("SELECT * FROM " + rows_sql_);
    (void)trial_->execute();
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
    if (retained_ && batch_ && !is_retained_at_once_ && !store_) retained_->append(*batch_);
}

void StreamInput::keep_in(StateStore& store, std::string owner, std::string part) {
    store_ = &store;
    owner_ = std::move(owner);
    part_ = std::move(part);
}

void StreamInput::remember_messages() { window_ = std::make_unique<MessageWindow>(engine_, owner_, part_); }

void StreamInput::leave_out_redelivered(const ColumnBatch& batch, BatchSlot& slot) {
    if (place_ > 0) leave_out_what_was_had(batch, slot);
    if (!window_) return;
    for (const std::size_t row : window_->known_rows(batch.facts)) slot.skip_row(row);
}

/// Its connection begins where the reader is that has had least.
void StreamInput::leave_out_what_was_had(const ColumnBatch& batch, BatchSlot& slot) const {
    Message message;
    for (std::size_t row = 0; row < batch.facts.size(); ++row) {
        batch.facts.read(row, message);
        if (message.sequence > place_) return;
        slot.skip_row(row);
    }
}

void StreamInput::apply() {
    write_what_was_read();
    if (retained_ && !is_lost_) retained_->write_shown(batch_->byte_size());
    StateNumbers numbers;
    ScopedNumbers own(numbers, {});
    save_place(own);
    own.set("rows", static_cast<std::int64_t>(rows_));
    own.set("refused rows", static_cast<std::int64_t>(refused_rows_));
    if (retained_) retained_->save(ScopedNumbers(numbers, "retained: "));
    store_->set(owner_, numbers);
}

void StreamInput::on_commit() {
    is_committed_ = true;
    on_ids_commit();
    if (retained_ && !is_lost_) retained_->on_commit();
}

/// Pipelines have had the rows, and their messages are done with.
void StreamInput::leave_out(const std::string& reason) {
    is_lost_ = true;
    if (retained_) retained_->lose(batch_->rows, reason);
}

void StreamInput::save_place(ScopedNumbers& numbers) const {
    if (is_numbered_by_place_) numbers.set("place", static_cast<std::int64_t>(place()));
}

/// With the batch at hand.
std::uint64_t StreamInput::place() const {
    if (!is_numbered_by_place_ || !batch_ || batch_->facts.size() == 0) return place_;
    Message last;
    batch_->facts.read(batch_->facts.size() - 1, last);
    return std::max(place_, last.sequence);
}

std::optional<std::uint64_t> StreamInput::place(std::string_view connection) const {
    const bool reads_it = is_numbered_by_place_ && equals_ignoring_case(connection, connection_);
    return reads_it ? std::optional(place_) : std::nullopt;
}

void StreamInput::take_up_place(const ScopedNumbers& numbers) {
    place_ = static_cast<std::uint64_t>(numbers.find("place").value_or(0));
}

bool StreamInput::begin_anew(std::string_view connection) {
    if (!equals_ignoring_case(connection, connection_)) return false;
    place_ = 0;
    if (!store_ || !store_->find(owner_)) return true;
    StateNumbers numbers;
    ScopedNumbers(numbers, part_).set("place", 0);
    store_->set(owner_, numbers);
    return true;
}

void StreamInput::take_up() {
    keep_in(*store_, fold_case(key_), {});
    StateNumbers kept;
    if (const StateNumbers* found = store_->find(owner_)) kept = *found;
    const ScopedNumbers own(kept, {});
    take_up_place(own);
    rows_ = static_cast<std::uint64_t>(own.find("rows").value_or(0));
    refused_rows_ = static_cast<std::uint64_t>(own.find("refused rows").value_or(0));
    if (retained_) retained_->take_up(ScopedNumbers(kept, "retained: "));
}

void StreamInput::leave_out_refused_rows() {
    const std::unique_ptr<PreparedQuery> read = completing_ ? nullptr : engine_.prepare("SELECT * FROM " + rows_sql_);
    const auto refused = process_in_parts(batch_->rows, [&](std::size_t first, std::size_t count) {
        slot_->set_window(first, count);
        (void)(completing_ ? completing_ : read)->execute();
    });
    slot_->set_batch(batch_.get());
    leave_out_redelivered(*batch_, *slot_);
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
    place_ = place();
    is_committed_ = is_lost_ = false;
    channel_->recycle(std::move(batch_), processed);
}

}  // namespace laminar
