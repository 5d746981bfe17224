#include "connectors/input_channel.h"

#include <algorithm>
#include <utility>

namespace laminar {

namespace {

// String offsets are 32 bits wide; this leaves room for messages that arrive while the channel is already full.
constexpr std::size_t maximum_batch_bytes = std::size_t{1} << 30;
constexpr std::size_t refusal_bytes = std::size_t{3} << 30;
// Measuring a batch looks at every column: as seldom as no bound worth having notices.
constexpr std::size_t messages_between_measures = 16;
constexpr std::size_t payload_between_measures = std::size_t{64} << 10;
constexpr std::size_t limit_worth_estimating = std::size_t{4} << 20;

/// What a batch counts for: its payload or its decoded rows, whichever is more.
std::size_t size_of(const ColumnBatch& batch) noexcept { return std::max(batch.bytes, batch.byte_size()); }

InputChannel::Limits sensible(InputChannel::Limits limits) {
    return {std::max<std::size_t>(limits.messages, 1), std::clamp<std::size_t>(limits.bytes, 1, maximum_batch_bytes),
            limits.batch_rows, limits.batch_timeout, std::max<std::size_t>(limits.batches, 1)};
}

/// The hidden one, which comes after a declared column of the same name.
std::size_t last_message_id_column(const BatchSchema& schema) {
    for (std::size_t index = schema.columns.size(); index > 0; --index) {
        const BatchColumn& column = schema.columns[index - 1];
        if (column.metadata == MetadataField::message_id && column.type.id == TypeId::varchar) return index - 1;
    }
    return schema.columns.size();
}

void append_all(std::vector<std::uint64_t>& numbers, const std::vector<std::uint64_t>& more) {
    numbers.insert(numbers.end(), more.begin(), more.end());
}

}  // namespace

InputChannel::InputChannel(std::shared_ptr<const BatchSchema> schema, std::unique_ptr<MessageDecoder> decoder,
                           Limits limits, std::function<void()> wake, std::function<void()> hurry)
    : wake_(std::move(wake)),
      hurry_(std::move(hurry)),
      schema_(std::move(schema)),
      limits_(sensible(limits)),
      decoder_(std::move(decoder)),
      open_(std::make_unique<ColumnBatch>(schema_)),
      message_id_column_(last_message_id_column(*schema_)) {}

std::shared_ptr<const BatchSchema> InputChannel::schema() const {
    const std::lock_guard lock(mutex_);
    return schema_;
}

void InputChannel::redefine(std::shared_ptr<const BatchSchema> schema, std::unique_ptr<MessageDecoder> decoder) {
    const std::lock_guard lock(mutex_);
    schema_ = std::move(schema);
    decoder_ = std::move(decoder);
    message_id_column_ = last_message_id_column(*schema_);
    spare_.reset();
    if (open_->messages > 0) {
        begin_batch();
    } else {
        open_ = std::make_unique<ColumnBatch>(schema_);
        measure();
    }
    note_room();
}

std::optional<MessageError> InputChannel::offer(const Message& message, std::vector<std::string>* ids) {
    std::unique_lock lock(mutex_);
    if (std::optional<MessageError> refusal = begin_offer(message)) return refusal;
    const std::size_t rows = open_->rows;
    std::optional<MessageError> error = decoder_->decode(message, *open_);
    if (error && !error->rows_kept) return error;
    if (end_offer(message, rows, ids)) {
        lock.unlock();
        hurry_();
    }
    return error;
}

void InputChannel::offer_to_all(const Message& message, std::vector<Offer>& offers, std::vector<std::string>* ids) {
    std::vector<std::unique_lock<std::mutex>> locks;
    std::vector<DecodeTask> tasks;
    std::vector<std::size_t> rows;
    for (Offer& offer : offers) {
        InputChannel& channel = *offer.channel;
        locks.emplace_back(channel.mutex_);
        offer.error = channel.begin_offer(message);
        if (offer.error) continue;
        tasks.push_back({channel.decoder_.get(), channel.open_.get()});
        rows.push_back(channel.open_->rows);
    }
    if (tasks.empty()) return;
    tasks.front().decoder->decode_together(message, tasks);
    std::vector<InputChannel*> in_a_hurry;
    std::size_t task = 0;
    for (Offer& offer : offers) {
        if (offer.error) continue;
        const std::size_t first_row = rows[task];
        offer.error = std::move(tasks[task++].error);
        if (offer.error && !offer.error->rows_kept) continue;
        const bool wants_ids = ids && ids->empty();
        if (offer.channel->end_offer(message, first_row, wants_ids ? ids : nullptr))
            in_a_hurry.push_back(offer.channel);
    }
    locks.clear();
    for (const InputChannel* channel : in_a_hurry) channel->hurry_();
}

/// Makes ready for a message, or says why it cannot be taken.
std::optional<MessageError> InputChannel::begin_offer(const Message& message) {
    // Many peers may each have had a message in hand when the channel became full.
    if (open_size_ + (open_->bytes - measured_payload_) + message.payload.size() > refusal_bytes)
        return MessageError{"too_large", "the buffer of the connection is full", false};
    if (limits_.batches > 1 && is_batch_full()) begin_batch();
    return std::nullopt;
}

/// Takes note of a message whose rows are in the batch. True: hurry_ is to be called without the lock.
bool InputChannel::end_offer(const Message& message, std::size_t first_row, std::vector<std::string>* ids) {
    if (message.tracked) open_->deliveries.push_back(message.sequence);
    if (ids) collect_ids(first_row, *ids);
    begin_waiting();
    note_arrival();
    measure_if_grown();
    note_room();
    return must_hurry();
}

bool InputChannel::must_hurry() {
    if (hurried_ || !hurry_) return false;
    hurried_ = 2 * (closed_messages_ + open_->messages) >= limits_.messages ||
               2 * (closed_bytes_ + std::max(open_->bytes, open_size_)) >= limits_.bytes;
    return hurried_;
}

void InputChannel::measure() {
    open_size_ = open_->byte_size();
    measured_payload_ = open_->bytes;
    measured_messages_ = open_->messages;
}

void InputChannel::measure_if_grown() {
    if (open_->messages - measured_messages_ >= messages_between_measures ||
        open_->bytes - measured_payload_ >= payload_between_measures || limits_.bytes < limit_worth_estimating)
        measure();
}

void InputChannel::collect_ids(std::size_t first_row, std::vector<std::string>& ids) const {
    if (message_id_column_ >= open_->columns.size()) return;
    const ColumnVector& column = open_->columns[message_id_column_];
    for (std::size_t row = first_row; row < open_->rows; ++row) {
        if (!column.is_valid(row)) continue;
        const std::string_view id = column.string_at(row);
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.emplace_back(id);
    }
}

void InputChannel::begin_waiting() {
    if (limits_.batch_rows == 0 || batch_due_) return;
    batch_due_ = Clock::now() + limits_.batch_timeout;
    due_is_known_ = false;
}

bool InputChannel::batch_is_complete() const {
    return !closed_.empty() || !batch_due_ || open_->rows >= limits_.batch_rows || !has_room() || finished_;
}

bool InputChannel::is_batch_full() const {
    return open_->messages > 0 && open_->rows >= limits_.batch_rows &&
           (open_->messages * limits_.batches >= limits_.messages ||
            size_of(*open_) * limits_.batches >= limits_.bytes);
}

void InputChannel::begin_batch() {
    closed_messages_ += open_->messages;
    closed_bytes_ += size_of(*open_);
    closed_.push_back({std::move(open_), *waiting_since_});
    open_ = spare_ ? std::move(spare_) : std::make_unique<ColumnBatch>(schema_);
    measure();
    batch_due_.reset();
    waiting_since_.reset();
}

std::unique_ptr<ColumnBatch> InputChannel::remove_oldest() {
    if (!closed_.empty()) {
        std::unique_ptr<ColumnBatch> batch = std::move(closed_.front().batch);
        closed_.pop_front();
        closed_messages_ -= batch->messages;
        closed_bytes_ -= size_of(*batch);
        note_room();
        return batch;
    }
    if (open_->messages == 0) return nullptr;
    batch_due_.reset();
    waiting_since_.reset();
    if (!spare_) spare_ = std::make_unique<ColumnBatch>(schema_);
    std::unique_ptr<ColumnBatch> batch = std::exchange(open_, std::move(spare_));
    measure();
    note_room();
    return batch;
}

std::size_t InputChannel::drop_oldest() {
    std::unique_ptr<ColumnBatch> batch;
    {
        const std::lock_guard lock(mutex_);
        batch = remove_oldest();
    }
    const std::size_t messages = batch ? batch->messages : 0;
    recycle(std::move(batch), false);
    return messages;
}

void InputChannel::append(const std::function<void(ColumnBatch&)>& fill) {
    std::unique_lock lock(mutex_);
    const std::size_t rows = open_->rows;
    const std::size_t messages = open_->messages;
    const std::size_t bytes = open_->bytes;
    try {
        fill(*open_);
        if (open_->messages > messages) begin_waiting();
    } catch (...) {
        open_->truncate(rows);
        open_->messages = messages;
        open_->bytes = bytes;
        throw;
    }
    note_arrival();
    measure();
    note_room();
    if (must_hurry()) {
        lock.unlock();
        hurry_();
    }
}

void InputChannel::flush() {
    {
        const std::lock_guard lock(mutex_);
        if (is_empty()) return;
        // The consumer comes at the time it knows, or when the batch is full.
        if (!batch_is_complete() && std::exchange(due_is_known_, true)) return;
        if (!must_wake()) return;
    }
    if (wake_) wake_();
}

void InputChannel::notify_on_space(std::function<void()> resume) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (!has_room()) {
            resume_ = std::move(resume);
            resume = nullptr;
            wake = must_wake();
        }
    }
    if (resume) return resume();
    if (wake && wake_) wake_();
    if (hurry_) hurry_();
}

void InputChannel::set_limits(Limits limits) {
    std::function<void()> resume;
    {
        const std::lock_guard lock(mutex_);
        limits_ = sensible(limits);
        measure();
        note_room();
        if (has_room()) resume = std::exchange(resume_, nullptr);
    }
    if (resume) resume();
}

void InputChannel::finish() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(finished_, true)) return;
        woken_ = true;
    }
    if (wake_) wake_();
    if (hurry_) hurry_();
}

std::unique_ptr<ColumnBatch> InputChannel::take(bool at_once) {
    std::unique_ptr<ColumnBatch> batch;
    std::function<void()> resume;
    {
        const std::lock_guard lock(mutex_);
        woken_ = false;
        if (is_empty()) return nullptr;
        if (!at_once && !batch_is_complete() && Clock::now() < *batch_due_) return nullptr;
        batch = remove_oldest();
        hurried_ = false;
        if (has_room()) resume = std::exchange(resume_, nullptr);
    }
    if (resume) resume();
    return batch;
}

std::optional<InputChannel::Clock::time_point> InputChannel::batch_due() const {
    const std::lock_guard lock(mutex_);
    return open_->messages == 0 ? std::nullopt : batch_due_;
}

void InputChannel::recycle(std::unique_ptr<ColumnBatch> batch, bool processed) {
    if (!batch) return;
    const std::vector<std::uint64_t> deliveries = std::move(batch->deliveries);
    batch->clear();
    const std::lock_guard lock(mutex_);
    append_all(processed ? settled_.processed : settled_.abandoned, deliveries);
    if (batch->schema == schema_) spare_ = std::move(batch);
}

InputChannel::Settled InputChannel::take_settled() {
    const std::lock_guard lock(mutex_);
    return std::exchange(settled_, {});
}

bool InputChannel::is_finished() const {
    const std::lock_guard lock(mutex_);
    return finished_ && is_empty();
}

std::size_t InputChannel::pending_messages() const {
    const std::lock_guard lock(mutex_);
    return closed_messages_ + open_->messages;
}

std::optional<std::chrono::steady_clock::time_point> InputChannel::waiting_since() const {
    const std::lock_guard lock(mutex_);
    return closed_.empty() ? waiting_since_ : closed_.front().waiting_since;
}

void InputChannel::note_arrival() {
    if (open_->messages > 0 && !waiting_since_) waiting_since_ = std::chrono::steady_clock::now();
}

bool InputChannel::has_room() const {
    return closed_messages_ + open_->messages < limits_.messages &&
           closed_bytes_ + std::max(open_->bytes, open_size_) < limits_.bytes;
}

bool InputChannel::must_wake() { return !std::exchange(woken_, true); }

}  // namespace laminar
