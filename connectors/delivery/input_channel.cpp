#include "connectors/delivery/input_channel.h"

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {

namespace {

// String offsets are 32 bits wide; this leaves room for messages that arrive while the channel is already full.
constexpr std::size_t maximum_batch_bytes = std::size_t{1} << 30;
constexpr std::size_t refusal_bytes = std::size_t{3} << 30;
// Measuring a batch looks at every column: as seldom as no bound worth having notices.
constexpr std::size_t messages_between_measures = 16;
constexpr std::size_t payload_between_measures = std::size_t{64} << 10;
constexpr std::size_t limit_worth_estimating = std::size_t{4} << 20;
/// For those to wake up who wait for the channel.
constexpr int turns_to_wait = 1000;
constexpr std::chrono::microseconds patience_with_producer{200};

/// What a batch counts for: its payload or its decoded rows, whichever is more.
std::size_t size_of(const ColumnBatch& batch) noexcept { return std::max(batch.bytes, batch.byte_size()); }

InputChannel::Limits sensible(InputChannel::Limits limits) {
    return {std::max<std::size_t>(limits.messages, 1), std::clamp<std::size_t>(limits.bytes, 1, maximum_batch_bytes),
            limits.batch_rows, limits.batch_timeout, std::max<std::size_t>(limits.batches, 1)};
}

void append_all(std::vector<std::uint64_t>& numbers, const std::vector<std::uint64_t>& more) {
    numbers.insert(numbers.end(), more.begin(), more.end());
}

}  // namespace

InputChannel::InputChannel(std::shared_ptr<const BatchSchema> schema, std::unique_ptr<MessageDecoder> decoder,
                           Limits limits, Requests requests)
    : requests_(std::move(requests)),
      schema_(std::move(schema)),
      limits_(sensible(limits)),
      decoder_(std::move(decoder)),
      open_(std::make_unique<ColumnBatch>(schema_)) {}

InputChannel::~InputChannel() { delete spare_.load(); }

InputChannel::PatientLock::PatientLock(const InputChannel& channel) : mutex_(channel.mutex_) {
    channel.waiting_.fetch_add(1);
    mutex_.lock();
    channel.waiting_.fetch_sub(1);
}

void InputChannel::Hold::take() {
    channel_->waiting_producers_.fetch_add(1);
    channel_->mutex_.lock();
    is_held_ = true;
    channel_->waiting_producers_.fetch_sub(1);
}

void InputChannel::Hold::release() {
    if (!is_held_) return;
    try {
        serve_consumer();
    } catch (const std::bad_alloc&) {
        // The consumer looks again by itself.
    }
    waited_for_ = channel_->waiting_producers_.load();
    is_held_ = false;
    channel_->mutex_.unlock();
}

void InputChannel::Hold::tell() {
    if (std::exchange(is_urgent_, false)) channel_->requests_.cycle_now();
}

void InputChannel::Hold::take_back() {
    // Who waits has to wake up first, and would find the lock taken again without this.
    const auto waits = [&] {
        return channel_->waiting_.load() != 0 ||
               (waited_for_ != 0 && channel_->waiting_producers_.load() >= waited_for_);
    };
    for (int tries = 0; tries < turns_to_wait && waits(); ++tries) std::this_thread::yield();
    take();
}

void InputChannel::release_all(std::vector<Hold>& holds) {
    for (Hold& hold : holds) hold.release();
    for (Hold& hold : holds) hold.tell();
}

std::shared_ptr<const BatchSchema> InputChannel::schema() const {
    const PatientLock guard(*this);
    return schema_;
}

void InputChannel::redefine(std::shared_ptr<const BatchSchema> schema, std::unique_ptr<MessageDecoder> decoder) {
    const PatientLock guard(*this);
    schema_ = std::move(schema);
    decoder_ = std::move(decoder);
    if (open_->messages > 0) {
        begin_batch();
    } else {
        open_ = std::make_unique<ColumnBatch>(schema_);
        measure();
    }
    note_room();
}

std::optional<MessageError> InputChannel::Hold::offer(const Message& message, std::vector<std::string>* ids) {
    InputChannel& channel = *channel_;
    channel.mutex_.assume_held();
    if (std::optional<MessageError> refusal = channel.begin_offer(message)) return refusal;
    ColumnBatch& batch = *channel.open_;
    const std::size_t rows = batch.rows;
    std::optional<MessageError> error;
    try {
        error = channel.decoder_->decode(message, batch);
    } catch (...) {  // There is no memory for it; what there is of it must not stay.
        batch.truncate(rows);
        throw;
    }
    if (error && !error->rows_kept) return error;
    is_urgent_ = channel.end_offer(message, rows, ids) || is_urgent_;
    return error;
}

std::vector<std::optional<MessageError>> InputChannel::offer_to_all(const Message& message, std::vector<Hold>& holds,
                                                                    std::vector<std::string>* ids,
                                                                    const std::vector<MessageShare>* shares) {
    std::vector<std::optional<MessageError>> errors(holds.size());
    std::vector<DecodeTask> tasks;
    std::vector<std::size_t> rows;
    std::vector<std::size_t> receivers;
    for (std::size_t index = 0; index < holds.size(); ++index) {
        const MessageShare* const share = shares ? &(*shares)[index] : nullptr;
        if (share && !share->any) continue;
        InputChannel& channel = *holds[index].channel_;
        channel.mutex_.assume_held();
        errors[index] = channel.begin_offer(message);
        if (errors[index]) continue;
        DecodeTask& task = tasks.emplace_back(channel.decoder_.get(), channel.open_.get());
        if (share && !share->all) task.parts = &share->parts;
        rows.push_back(channel.open_->rows);
        receivers.push_back(index);
    }
    if (tasks.empty()) return errors;
    try {
        tasks.front().decoder->decode_together(message, tasks);
    } catch (...) {
        for (std::size_t task = 0; task < tasks.size(); ++task) tasks[task].batch->truncate(rows[task]);
        throw;
    }
    for (std::size_t task = 0; task < tasks.size(); ++task) {
        std::optional<MessageError>& error = errors[receivers[task]];
        error = std::move(tasks[task].error);
        if (error && !error->rows_kept) continue;
        const bool wants_ids = ids && ids->empty();
        Hold& hold = holds[receivers[task]];
        InputChannel& channel = *hold.channel_;
        channel.mutex_.assume_held();
        hold.is_urgent_ = channel.end_offer(message, rows[task], wants_ids ? ids : nullptr) || hold.is_urgent_;
    }
    return errors;
}

/// Makes ready for a message, or says why it cannot be taken.
std::optional<MessageError> InputChannel::begin_offer(const Message& message) {
    // Many peers may each have had a message in hand when the channel became full.
    if (open_size_ + (open_->bytes - measured_payload_) + message.payload.size() > refusal_bytes)
        return MessageError{"too_large", "the buffer of the connection is full", false};
    if (limits_.batches > 1 && is_batch_full()) begin_batch();
    return std::nullopt;
}

/// Takes note of a message whose rows are in the batch. True: cycle_now is to be requested without the lock.
bool InputChannel::end_offer(const Message& message, std::size_t first_row, std::vector<std::string>* ids) {
    if (message.tracked) open_->deliveries.push_back(message.sequence);
    if (ids) collect_ids(first_row, *ids);
    begin_waiting(message.tracked);
    measure_if_grown();
    note_room();
    return becomes_urgent();
}

bool InputChannel::becomes_urgent() {
    if (is_urgent_ || !requests_.cycle_now) return false;
    is_urgent_ = is_half_full();
    return is_urgent_;
}

bool InputChannel::is_half_full() const noexcept {
    return 2 * (closed_messages_ + open_->messages) >= limits_.messages ||
           2 * (closed_bytes_ + std::max(open_->bytes, open_size_)) >= limits_.bytes;
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
    for (std::size_t row = first_row; row < open_->rows; ++row) {
        std::string id;
        open_->facts.append_message_id(row, id);
        if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(std::move(id));
    }
}

void InputChannel::begin_waiting(bool tracked) {
    if (open_->messages == 0) return;
    if (!due_) {
        const Clock::time_point now = Clock::now();
        waiting_since_ = now;
        if (limits_.batch_rows > 0)
            due_ = now + limits_.batch_timeout;
        else
            due_ = now - last_taken_ >= max_latency_ ? now : now + max_latency_;
    }
    // The peer waits for the acknowledgement.
    if (tracked && limits_.batch_rows == 0) due_ = waiting_since_;
}

bool InputChannel::is_worth_taking() const {
    if (!closed_.empty() || !due_ || !has_room() || finished_) return true;
    return limits_.batch_rows > 0 ? open_->rows >= limits_.batch_rows : is_half_full();
}

InputChannel::Clock::time_point InputChannel::due_time() const {
    return is_worth_taking() ? Clock::time_point{} : *due_;
}

bool InputChannel::is_wanted(TakeIn wanted) const {
    if (wanted == TakeIn::everything || is_worth_taking()) return true;
    if (limits_.batch_rows > 0) return Clock::now() >= *due_;
    // What will be due soon comes along with what is: inputs that are fed together are taken in together.
    return wanted == TakeIn::arrived || Clock::now() >= *due_ - max_latency_ / 2;
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
    open_ = take_spare();
    measure();
    due_.reset();
    waiting_since_.reset();
}

std::unique_ptr<ColumnBatch> InputChannel::take_spare() {
    std::unique_ptr<ColumnBatch> spare(spare_.exchange(nullptr));
    if (spare && spare->schema == schema_) return spare;
    return std::make_unique<ColumnBatch>(schema_);
}

std::unique_ptr<ColumnBatch> InputChannel::remove_oldest() {
    if (!closed_.empty()) {
        std::unique_ptr<ColumnBatch> batch = std::move(closed_.front().batch);
        closed_.pop_front();
        closed_messages_ -= batch->messages;
        closed_bytes_ -= size_of(*batch);
        taken_messages_ += batch->messages;
        note_room();
        return batch;
    }
    if (open_->messages == 0) return nullptr;
    due_.reset();
    waiting_since_.reset();
    std::unique_ptr<ColumnBatch> batch = std::exchange(open_, take_spare());
    taken_messages_ += batch->messages;
    measure();
    note_room();
    return batch;
}

std::size_t InputChannel::drop_oldest() {
    std::unique_ptr<ColumnBatch> batch;
    {
        const PatientLock guard(*this);
        batch = remove_oldest();
    }
    const std::size_t messages = batch ? batch->messages : 0;
    recycle(std::move(batch), false);
    return messages;
}

void InputChannel::flush() {
    Clock::time_point due;
    {
        const PatientLock guard(*this);
        if (is_empty()) return;
        due = due_time();
        // The consumer comes at the time it knows.
        if (told_due_ && *told_due_ <= due) return;
        told_due_ = due;
    }
    if (requests_.cycle) requests_.cycle(due);
}

void InputChannel::notify_on_space(std::function<void()> resume) {
    {
        const PatientLock guard(*this);
        if (!has_room()) {
            resume_ = std::move(resume);
            resume = nullptr;
        }
    }
    if (resume) return resume();
    if (requests_.cycle_now) requests_.cycle_now();
}

void InputChannel::set_max_latency(std::chrono::microseconds latency) {
    const PatientLock guard(*this);
    max_latency_ = latency;
}

void InputChannel::set_limits(Limits limits) {
    std::function<void()> resume;
    {
        const PatientLock guard(*this);
        limits_ = sensible(limits);
        measure();
        note_room();
        if (has_room()) resume = std::exchange(resume_, nullptr);
    }
    if (resume) resume();
}

void InputChannel::finish() {
    {
        const PatientLock guard(*this);
        if (finished_.exchange(true)) return;
    }
    if (requests_.cycle_now) requests_.cycle_now();
}

std::unique_ptr<ColumnBatch> InputChannel::take(TakeIn wanted) {
    Taken taken;
    if (mutex_.try_lock()) {
        const MutexLock guard(mutex_, std::adopt_lock);
        taken = take_oldest(wanted);
    } else {
        taken = ask_producer(wanted);
    }
    if (taken.resume) taken.resume();
    return std::move(taken.batch);
}

InputChannel::Taken InputChannel::take_oldest(TakeIn wanted) {
    Taken taken;
    told_due_.reset();
    if (is_empty()) return taken;
    if (!is_wanted(wanted)) {
        told_due_ = due_;  // Whoever comes in vain asks for it.
        return taken;
    }
    taken.batch = remove_oldest();
    last_taken_ = Clock::now();
    is_urgent_ = false;
    if (has_room()) taken.resume = std::exchange(resume_, nullptr);
    return taken;
}

InputChannel::Taken InputChannel::ask_producer(TakeIn wanted) {
    MutexLock asking(asking_mutex_);
    wanted_ = wanted;
    is_asked_.store(true);
    while (!served_.wait_for(asking, patience_with_producer, [this] { return !is_asked_.load(); })) {
        // It may have let go of the channel at the very moment of the question.
        if (!mutex_.try_lock()) continue;
        const MutexLock guard(mutex_, std::adopt_lock);
        is_asked_.store(false);
        return take_oldest(wanted);
    }
    return std::exchange(served_with_, {});
}

/// By a producer.
void InputChannel::serve() {
    const MutexLock asking(asking_mutex_);
    if (!is_asked_.load()) return;
    served_with_ = take_oldest(wanted_);
    is_asked_.store(false);
    served_.notify_one();
}

std::optional<InputChannel::Clock::time_point> InputChannel::due() const {
    if (pending_messages() == 0) return std::nullopt;
    const PatientLock guard(*this);
    return is_empty() ? std::nullopt : std::optional(due_time());
}

void InputChannel::recycle(std::unique_ptr<ColumnBatch> batch, bool processed) {
    if (!batch) return;
    const std::vector<std::uint64_t> deliveries = std::move(batch->deliveries);
    finished_messages_.fetch_add(batch->messages);
    batch->clear();
    const std::unique_ptr<ColumnBatch> surplus(spare_.exchange(batch.release()));
    if (deliveries.empty()) return;
    const PatientLock guard(*this);
    append_all(processed ? given_back_.processed : given_back_.abandoned, deliveries);
}

InputChannel::GivenBack InputChannel::take_given_back() {
    const PatientLock guard(*this);
    return std::exchange(given_back_, {});
}

std::uint64_t InputChannel::accepted_messages() const {
    const PatientLock guard(*this);
    return taken_messages_ + closed_messages_ + open_->messages;
}

bool InputChannel::is_finished() const {
    if (!finished_.load()) return false;
    const PatientLock guard(*this);
    return is_empty();
}

std::optional<std::chrono::steady_clock::time_point> InputChannel::waiting_since() const {
    const PatientLock guard(*this);
    return closed_.empty() ? waiting_since_ : closed_.front().waiting_since;
}

std::optional<std::int64_t> InputChannel::oldest_received_at() const {
    const PatientLock guard(*this);
    const ColumnBatch& oldest = closed_.empty() ? *open_ : *closed_.front().batch;
    return oldest.rows > 0 ? std::optional(oldest.facts.received_at(0)) : std::nullopt;
}

bool InputChannel::has_room() const {
    return closed_messages_ + open_->messages < limits_.messages &&
           closed_bytes_ + std::max(open_->bytes, open_size_) < limits_.bytes;
}

}  // namespace laminar
