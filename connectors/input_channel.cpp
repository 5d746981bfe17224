#include "connectors/input_channel.h"

#include <algorithm>
#include <utility>

namespace laminar {

namespace {

// String offsets are 32 bits wide; this leaves room for messages that arrive while the channel is already full.
constexpr std::size_t maximum_batch_bytes = std::size_t{1} << 30;
constexpr std::size_t refusal_bytes = std::size_t{3} << 30;

}  // namespace

InputChannel::InputChannel(std::shared_ptr<const BatchSchema> schema, std::unique_ptr<MessageDecoder> decoder,
                           Limits limits, std::function<void()> wake)
    : schema_(std::move(schema)),
      limits_{std::max<std::size_t>(limits.messages, 1), std::clamp<std::size_t>(limits.bytes, 1, maximum_batch_bytes)},
      wake_(std::move(wake)),
      decoder_(std::move(decoder)),
      open_(std::make_unique<ColumnBatch>(schema_)) {}

std::optional<MessageError> InputChannel::offer(const Message& message) {
    const std::lock_guard lock(mutex_);
    // Many peers may each have had a message in hand when the channel became full.
    if (open_->byte_size() + message.payload.size() > refusal_bytes)
        return MessageError{"too_large", "the buffer of the connection is full", false};
    const std::optional<MessageError> error = decoder_->decode(message, *open_);
    note_arrival();
    return error;
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
    note_arrival();
}

void InputChannel::flush() {
    {
        const std::lock_guard lock(mutex_);
        if (open_->messages == 0 || !must_wake()) return;
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
        if (open_->messages == 0) return nullptr;
        if (!spare_) spare_ = std::make_unique<ColumnBatch>(schema_);
        batch = std::exchange(open_, std::move(spare_));
        waiting_since_.reset();
        resume = std::exchange(resume_, nullptr);
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
    return finished_ && open_->messages == 0;
}

std::size_t InputChannel::pending_messages() const {
    const std::lock_guard lock(mutex_);
    return open_->messages;
}

std::optional<std::chrono::steady_clock::time_point> InputChannel::waiting_since() const {
    const std::lock_guard lock(mutex_);
    return waiting_since_;
}

void InputChannel::note_arrival() {
    if (open_->messages > 0 && !waiting_since_) waiting_since_ = std::chrono::steady_clock::now();
}

bool InputChannel::has_room() const {
    return open_->messages < limits_.messages && open_->bytes < limits_.bytes && open_->byte_size() < limits_.bytes;
}

bool InputChannel::must_wake() { return !std::exchange(woken_, true); }

}  // namespace laminar
