#include "connectors/input_channel.h"

#include <algorithm>
#include <utility>

namespace laminar {

namespace {

// String offsets are 32 bits wide; this leaves room for messages that arrive while the channel is already full.
constexpr std::size_t maximum_batch_bytes = std::size_t{1} << 30;
constexpr std::size_t refusal_bytes = std::size_t{3} << 30;

/// What a batch counts for: its payload or its decoded rows, whichever is more.
std::size_t size_of(const ColumnBatch& batch) noexcept { return std::max(batch.bytes, batch.byte_size()); }

InputChannel::Limits sensible(InputChannel::Limits limits) {
    return {std::max<std::size_t>(limits.messages, 1), std::clamp<std::size_t>(limits.bytes, 1, maximum_batch_bytes),
            std::max<std::size_t>(limits.batches, 1)};
}

}  // namespace

InputChannel::InputChannel(std::shared_ptr<const BatchSchema> schema, std::unique_ptr<MessageDecoder> decoder,
                           Limits limits, std::function<void()> wake)
    : schema_(std::move(schema)),
      wake_(std::move(wake)),
      limits_(sensible(limits)),
      decoder_(std::move(decoder)),
      open_(std::make_unique<ColumnBatch>(schema_)) {}

std::optional<MessageError> InputChannel::offer(const Message& message) {
    const std::lock_guard lock(mutex_);
    // Many peers may each have had a message in hand when the channel became full.
    if (open_->byte_size() + message.payload.size() > refusal_bytes)
        return MessageError{"too_large", "the buffer of the connection is full", false};
    if (limits_.batches > 1 && is_batch_full()) begin_batch();
    return decoder_->decode(message, *open_);
}

bool InputChannel::is_batch_full() const {
    return open_->messages > 0 && (open_->messages * limits_.batches >= limits_.messages ||
                                   size_of(*open_) * limits_.batches >= limits_.bytes);
}

void InputChannel::begin_batch() {
    closed_messages_ += open_->messages;
    closed_bytes_ += size_of(*open_);
    closed_.push_back(std::move(open_));
    open_ = spare_ ? std::move(spare_) : std::make_unique<ColumnBatch>(schema_);
}

std::unique_ptr<ColumnBatch> InputChannel::remove_oldest() {
    if (!closed_.empty()) {
        std::unique_ptr<ColumnBatch> batch = std::move(closed_.front());
        closed_.pop_front();
        closed_messages_ -= batch->messages;
        closed_bytes_ -= size_of(*batch);
        return batch;
    }
    if (open_->messages == 0) return nullptr;
    if (!spare_) spare_ = std::make_unique<ColumnBatch>(schema_);
    return std::exchange(open_, std::move(spare_));
}

std::size_t InputChannel::drop_oldest() {
    std::unique_ptr<ColumnBatch> batch;
    {
        const std::lock_guard lock(mutex_);
        batch = remove_oldest();
    }
    const std::size_t messages = batch ? batch->messages : 0;
    recycle(std::move(batch));
    return messages;
}

void InputChannel::append(const std::function<void(ColumnBatch&)>& fill) {
    const std::lock_guard lock(mutex_);
    const std::size_t rows = open_->rows;
    const std::size_t messages = open_->messages;
    const std::size_t bytes = open_->bytes;
    try {
        fill(*open_);
    } catch (...) {
        open_->truncate(rows);
        open_->messages = messages;
        open_->bytes = bytes;
        throw;
    }
}

void InputChannel::flush() {
    {
        const std::lock_guard lock(mutex_);
        if (is_empty() || !must_wake()) return;
    }
    if (wake_) wake_();
}

bool InputChannel::is_full() const {
    const std::lock_guard lock(mutex_);
    return !has_room();
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
    if (resume) resume();
    if (wake && wake_) wake_();
}

void InputChannel::set_limits(Limits limits) {
    std::function<void()> resume;
    {
        const std::lock_guard lock(mutex_);
        limits_ = sensible(limits);
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
}

std::unique_ptr<ColumnBatch> InputChannel::take() {
    std::unique_ptr<ColumnBatch> batch;
    std::function<void()> resume;
    {
        const std::lock_guard lock(mutex_);
        woken_ = false;
        batch = remove_oldest();
        if (batch && has_room()) resume = std::exchange(resume_, nullptr);
    }
    if (resume) resume();
    return batch;
}

void InputChannel::recycle(std::unique_ptr<ColumnBatch> batch) {
    if (!batch) return;
    batch->clear();
    const std::lock_guard lock(mutex_);
    spare_ = std::move(batch);
}

bool InputChannel::is_finished() const {
    const std::lock_guard lock(mutex_);
    return finished_ && is_empty();
}

std::size_t InputChannel::pending_messages() const {
    const std::lock_guard lock(mutex_);
    return closed_messages_ + open_->messages;
}

bool InputChannel::has_room() const {
    return closed_messages_ + open_->messages < limits_.messages && closed_bytes_ + size_of(*open_) < limits_.bytes;
}

bool InputChannel::must_wake() { return !std::exchange(woken_, true); }

}  // namespace laminar
