#include "connectors/delivery/input_fanout.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/delivery/input_channel.h"

namespace laminar {

namespace {

std::string error_type(FailedRow::Kind kind) {
    switch (kind) {
        case FailedRow::Kind::late:
            return "late";
        case FailedRow::Kind::undeliverable:
            return "undeliverable";
        case FailedRow::Kind::left_out:
            return "field_left_out";
        case FailedRow::Kind::processing:
            break;
    }
    return "processing";
}

void name_sender(ErrorRecord& record, const MessageOrigin* origin) {
    if (origin == nullptr) return;
    record.peer = origin->peer;
    record.remote_address = origin->remote_address;
}

/// Of a message, or of one that is held.
template <class Received>
void describe(ErrorRecord& record, const Received& message) {
    name_sender(record, message.origin.get());
    record.received_at = message.received_at;
    record.message_size = message.wire_size;
    record.delivery_count = message.delivery_count;
}

}  // namespace

/// The sleeping readers. Shared with the callbacks that channels hold, which may outlive the connection.
struct InputFanout::Waiters {
    Mutex mutex;
    std::vector<StrandEvent> events;
    std::vector<StrandEvent> after_cycle;  ///< Of those who wait for the engine.
    bool closed = false;

    void wake_all() { wake(events); }

    void wake(std::vector<StrandEvent>& sleepers) {
        // Posted under the lock: after close() nothing reaches an executor that may be gone.
        const MutexLock lock(mutex);
        for (const StrandEvent& event : sleepers) event.post();
        sleepers.clear();
    }

    void close() {
        const MutexLock lock(mutex);
        closed = true;
        events.clear();
        after_cycle.clear();
    }
};

InputFanout::InputFanout(ConnectionJournal& journal, const DeliveryOptions& options)
    : journal_(journal),
      options_(options),
      errors_(journal, options),
      events_(journal, options),
      acknowledgement_(MessageAcknowledgement::make(options, journal)),
      message_ids_(options.message_id_field),
      waiters_(std::make_shared<Waiters>()),
      readers_(std::make_shared<const Readers>()) {}

InputFanout::~InputFanout() { waiters_->close(); }

std::shared_ptr<const InputFanout::Readers> InputFanout::readers() const {
    const MutexLock lock(mutex_);
    return readers_;
}

const InputFanout::Readers& InputFanout::look(View& view) const {
    if (view.version_ != version_.load(std::memory_order_acquire)) {
        const MutexLock lock(mutex_);
        view.version_ = version_.load(std::memory_order_relaxed);
        view.readers_ = readers_;
    }
    return *view.readers_;
}

void InputFanout::change(const std::function<void(Readers&)>& change) {
    const MutexLock lock(mutex_);
    auto changed = std::make_shared<Readers>();
    changed->channels = readers_->channels;
    changed->schemas = readers_->schemas;
    change(*changed);
    changed->sorter = MessageSorter::make(changed->schemas);
    readers_ = std::move(changed);
    version_.fetch_add(1, std::memory_order_release);
}

void InputFanout::add(TableStream stream, std::shared_ptr<InputChannel> channel) {
    if (stream == TableStream::events) {
        events_.add(channel);
        return;
    }
    if (stream != TableStream::messages) {
        errors_.add(stream, channel);
        return;
    }
    // Before the lock is taken, which producers take who have the channel.
    std::shared_ptr<const BatchSchema> schema = channel->schema();
    change([&](Readers& readers) {
        readers.channels.push_back(std::move(channel));
        readers.schemas.push_back(std::move(schema));
    });
    // The first is who readers may have waited for.
    waiters_->wake_all();
}

void InputFanout::remove(const std::shared_ptr<InputChannel>& channel) {
    errors_.remove(channel);
    events_.remove(channel);
    change([&](Readers& readers) {
        const auto found = std::find(readers.channels.begin(), readers.channels.end(), channel);
        if (found == readers.channels.end()) return;
        readers.schemas.erase(readers.schemas.begin() + (found - readers.channels.begin()));
        readers.channels.erase(found);
    });
    if (acknowledgement_) acknowledgement_->forget(channel.get());
    // It may have been the full one that readers wait for.
    waiters_->wake_all();
}

bool InputFanout::lacks_reader(const Channels& channels) const {
    // Where a table of errors has opened the connection, readers of the messages may still be on their way.
    return channels.empty() && !passes_over_.load() && (errors_.has_readers() || events_.has_readers());
}

bool InputFanout::must_wait(View& view) const {
    if (paused_.load()) return true;
    // Whatever overflow says: what is owed an acknowledgement must not be dropped.
    if (acknowledgement_ && acknowledgement_->is_full()) return true;
    const Channels& current = look(view).channels;
    if (lacks_reader(current)) return true;
    if (options_.overflow != OverflowPolicy::block) return false;
    return std::any_of(current.begin(), current.end(), [](const auto& channel) { return channel->is_full(); });
}

void InputFanout::wake_when_ready(const StrandEvent& event) {
    {
        const MutexLock lock(waiters_->mutex);
        if (waiters_->closed) return;
        waiters_->events.push_back(event);
    }
    const auto wake = [weak = std::weak_ptr<Waiters>(waiters_)] {
        if (const std::shared_ptr<Waiters> waiters = weak.lock()) waiters->wake_all();
    };
    if (paused_.load()) return;
    // Registered before looking: a change in between wakes once too often, never too rarely.
    const auto current = readers();
    bool full = (acknowledgement_ && acknowledgement_->is_full()) || lacks_reader(current->channels);
    for (const auto& channel : current->channels) {
        if (!channel->is_full()) continue;
        full = true;
        channel->notify_on_space(wake);
    }
    if (!full) wake();
}

void InputFanout::set_passes_over(bool passes_over) {
    passes_over_.store(passes_over);
    if (passes_over) waiters_->wake_all();
}

void InputFanout::set_acknowledgement(const std::optional<ComputedText>& text) {
    if (acknowledgement_) acknowledgement_->set_text(text);
}

void InputFanout::set_paused(bool paused) {
    paused_.store(paused);
    if (!paused) waiters_->wake_all();
}

bool InputFanout::Turn::begin() {
    if (inputs_.must_wait(view_)) return false;
    if (!inputs_.takes_turns()) return true;
    InputChannel::release_all(view_.holds_);
    view_.holds_.clear();
    delivered_ = 0;
    held_ = view_.readers_;
    for (const auto& channel : held_->channels) view_.holds_.emplace_back(*channel);
    return true;
}

void InputFanout::Turn::give_way() {
    // All of them, so that they are taken in their order again.
    InputChannel::release_all(view_.holds_);
    for (InputChannel::Hold& hold : view_.holds_) hold.take_back();
    delivered_ = 0;
}

void InputFanout::offer_in_turn(const Message& message, View& view, std::optional<MessageError>& error) {
    if (view.readers_->sorter) return offer_sorted(message, view, error);
    // By far the most frequent case.
    if (view.holds_.size() == 1) {
        error = view.holds_.front().offer(message);
        return;
    }
    for (std::optional<MessageError>& reason : InputChannel::offer_to_all(message, view.holds_, nullptr)) {
        if (reason && !error) error = std::move(reason);
    }
}

void InputFanout::offer_sorted(const Message& message, View& view, std::optional<MessageError>& error) {
    const std::vector<MessageShare>& shares = view.answer_.shares;
    view.readers_->sorter->sort(message, view.answer_);
    if (view.answer_.takers == 0) return note_unmatched();
    if (view.answer_.takers == 1) {
        const auto taker =
            std::find_if(shares.begin(), shares.end(), [](const MessageShare& share) { return share.any; });
        if (taker->all) {
            error = view.holds_[static_cast<std::size_t>(taker - shares.begin())].offer(message);
            return;
        }
    }
    for (std::optional<MessageError>& reason : InputChannel::offer_to_all(message, view.holds_, nullptr, &shares)) {
        if (reason && !error) error = std::move(reason);
    }
}

/// Makes room in a full channel, or says that there is none.
bool InputFanout::has_room(InputChannel& channel) {
    if (options_.overflow == OverflowPolicy::block || !channel.is_full()) return true;
    if (options_.overflow == OverflowPolicy::drop_newest) {
        journal_.drop(1, "buffer_size or buffer_bytes is reached (overflow = 'drop_newest')");
        return false;
    }
    journal_.drop(channel.drop_oldest(), "buffer_size or buffer_bytes is reached (overflow = 'drop_oldest')");
    return true;
}

MessageAcknowledgement::Reception InputFanout::offer(const Message& message, const Readers& readers,
                                                     MessageSorter::Answer& answer,
                                                     std::optional<MessageError>& error) {
    MessageAcknowledgement::Reception reception;
    if (readers.sorter) {
        readers.sorter->sort(message, answer);
        if (answer.takers == 0) {
            if (message.delivery_count == 1) note_unmatched();
            reception.is_unmatched = true;
            if (acknowledgement_ && options_.auto_ack) reception.ids = message_ids_.read(message);
            return reception;
        }
    }
    std::vector<InputChannel*> receivers;
    std::vector<MessageShare> shares;
    for (std::size_t index = 0; index < readers.channels.size(); ++index) {
        if (readers.sorter && !answer.shares[index].any) continue;
        if (!has_room(*readers.channels[index])) continue;
        receivers.push_back(readers.channels[index].get());
        if (readers.sorter) shares.push_back(answer.shares[index]);
    }
    const bool takes_all =
        std::all_of(shares.begin(), shares.end(), [](const MessageShare& share) { return share.all; });
    std::vector<std::string>* const ids = acknowledgement_ ? &reception.ids : nullptr;
    std::vector<std::optional<MessageError>> errors;
    if (receivers.size() == 1 && takes_all) {
        errors.push_back(receivers.front()->offer(message, ids));
    } else {
        std::vector<InputChannel::Hold> holds;
        for (InputChannel* receiver : receivers) holds.emplace_back(*receiver);
        errors = InputChannel::offer_to_all(message, holds, ids, takes_all ? nullptr : &shares);
        InputChannel::release_all(holds);
    }
    for (std::size_t index = 0; index < receivers.size(); ++index) {
        std::optional<MessageError>& reason = errors[index];
        if (acknowledgement_ && (!reason || reason->rows_kept)) reception.receivers.push_back(receivers[index]);
        if (reason && !error) error = std::move(reason);
    }
    return reception;
}

std::optional<std::string> InputFanout::deliver(const Message& message, View& view) {
    std::optional<MessageError> error;
    if (!view.holds_.empty()) {
        // The view stays as it is: the turn looks for other channels before the next message.
        offer_in_turn(message, view, error);
        if (!error) return std::nullopt;
        // Reports take their time, and locks of their own.
        InputChannel::release_all(view.holds_);
        view.holds_.clear();
    } else if (acknowledgement_) {
        const Readers& current = look(view);
        acknowledgement_->track(message,
                                [&](const Message& tracked) { return offer(tracked, current, view.answer_, error); });
    } else {
        (void)offer(message, look(view), view.answer_, error);
    }
    return error ? refuse(message, std::move(*error)) : std::nullopt;
}

std::optional<std::string> InputFanout::refuse(const Message& message, MessageError error) {
    const auto record_of = [&](MessageError& each) {
        ErrorRecord record;
        record.error_type = std::move(each.type);
        record.error_message = std::move(each.message);
        record.message_id = std::move(each.message_id);
        describe(record, message);
        return record;
    };
    const auto part_of = [&](const MessageError& each) {
        if (each.part_end == 0) return message.payload;
        return message.payload.substr(each.part_begin, each.part_end - each.part_begin);
    };
    std::optional<std::string> verdict = errors_.record_message(record_of(error), message.payload, part_of(error));
    for (MessageError& further : error.further) {
        std::optional<std::string> judged = errors_.record_further_part(record_of(further), part_of(further));
        if (judged && !verdict) verdict = std::move(judged);
    }
    return verdict;
}

std::optional<std::string> InputFanout::report_connection_error(const std::string& description,
                                                                const MessageOrigin& origin) {
    ErrorRecord record;
    record.error_message = description;
    name_sender(record, &origin);
    return errors_.record_connection_error(std::move(record));
}

void InputFanout::report_undeliverable(std::string_view payload, std::string reason) {
    ErrorRecord record;
    record.error_type = error_type(FailedRow::Kind::undeliverable);
    record.error_message = std::move(reason);
    errors_.record_left_out(std::move(record), payload);
}

InputFanout::Checkpoint InputFanout::checkpoint() const {
    Checkpoint checkpoint;
    for (const auto& channel : readers()->channels)
        checkpoint.goals_.push_back({channel, channel->accepted_messages()});
    return checkpoint;
}

bool InputFanout::has_passed(const Checkpoint& checkpoint) const {
    return cycles_.load() >= checkpoint.cycle_ &&
           std::all_of(checkpoint.goals_.begin(), checkpoint.goals_.end(), [this](const Checkpoint::Goal& goal) {
               // Acknowledgements are sent when the cycle has ended.
               return acknowledgement_ ? goal.channel->finished_at_cycle_end() >= goal.messages
                                       : goal.channel->finished_messages() >= goal.messages;
           });
}

void InputFanout::await_cycle(Checkpoint& checkpoint) const {
    // The one that is under way may have been beyond its sinks. Without messages the engine reports none.
    if (!checkpoint.goals_.empty()) checkpoint.cycle_ = cycles_.load() + 2;
}

void InputFanout::wake_after_cycle(const StrandEvent& event) {
    const MutexLock lock(waiters_->mutex);
    if (!waiters_->closed) waiters_->after_cycle.push_back(event);
}

std::optional<std::string> InputFanout::end_cycle(const ProcessingReport& report,
                                                  const MessageAcknowledgement::Send& send) {
    std::optional<std::string> verdict = record_failures(report);
    if (acknowledgement_) {
        std::optional<std::string> judged = send_acknowledgements(report, send);
        if (judged && !verdict) verdict = std::move(judged);
    }
    cycles_.fetch_add(1);
    waiters_->wake(waiters_->after_cycle);
    return verdict;
}

std::optional<std::string> InputFanout::record_failures(const ProcessingReport& report) {
    std::optional<std::string> verdict;
    for (const FailedRow& row : report.failed) {
        ErrorRecord record;
        record.error_type = error_type(row.kind);
        record.error_message = row.consumer + ": " + row.reason;
        record.peer = row.peer;
        record.remote_address = row.remote_address;
        record.message_id = row.message_id;
        record.received_at = row.received_at;
        record.message_size = row.message_size;
        record.delivery_count = row.delivery_count;
        if (row.kind != FailedRow::Kind::processing) {
            errors_.record_left_out(std::move(record), row.payload);
            continue;
        }
        std::optional<std::string> judged = errors_.record_message(std::move(record), row.payload);
        if (judged && !verdict) verdict = std::move(judged);
    }
    return verdict;
}

std::optional<std::string> InputFanout::send_acknowledgements(const ProcessingReport& report,
                                                              const MessageAcknowledgement::Send& send) {
    std::optional<std::string> verdict;
    const bool was_full = acknowledgement_->is_full();
    const auto current = readers();
    acknowledgement_->end_cycle(report, current->channels);
    acknowledgement_->send_due(send);
    for (const auto& channel : current->channels) channel->note_cycle_end();
    if (!paused_.load()) verdict = redeliver_overdue();
    if (was_full && !acknowledgement_->is_full()) waiters_->wake_all();
    return verdict;
}

std::optional<std::string> InputFanout::redeliver_overdue() {
    std::optional<std::string> verdict;
    bool delivered = false;
    MessageSorter::Answer answer;
    for (;;) {
        const auto current = readers();
        const auto& channels = current->channels;
        const bool room =
            std::none_of(channels.begin(), channels.end(), [](const auto& channel) { return channel->is_full(); });
        std::optional<HeldMessage> held = acknowledgement_->take_overdue(room);
        if (!held) break;
        if (held->delivery_count < options_.max_deliveries) {
            ++held->delivery_count;
            std::optional<MessageError> ignored;  // Reported when it came.
            acknowledgement_->track(
                held->view(), [&](const Message& message) { return offer(message, *current, answer, ignored); },
                std::move(held->open_ids));
            journal_.messages_redelivered.fetch_add(1, std::memory_order_relaxed);
            delivered = true;
            continue;
        }
        ErrorRecord record;
        record.error_type = "not_acknowledged";
        record.error_message = fmt::format("delivered {} times (max_deliveries) and not acknowledged within {} ms each",
                                           held->delivery_count, options_.ack_timeout.count());
        describe(record, *held);
        record.message_id = held->open_ids.empty() ? std::string() : held->open_ids.front();
        std::optional<std::string> judged = errors_.record_message(std::move(record), held->payload);
        if (judged && !verdict) verdict = std::move(judged);
    }
    if (delivered) flush();
    return verdict;
}

void InputFanout::flush() {
    const auto current = readers();
    for (const auto& channel : current->channels) channel->flush();
}

void InputFanout::finish() {
    const auto current = readers();
    for (const auto& channel : current->channels) channel->finish();
    errors_.finish();
    events_.finish();
}

std::shared_ptr<InputsHandover> InputFanout::surrender() {
    auto handover = std::make_shared<InputsHandover>();
    handover->errors = errors_.surrender();
    handover->events = events_.surrender();
    if (acknowledgement_) handover->unacknowledged = acknowledgement_->surrender();
    return handover;
}

void InputFanout::adopt(InputsHandover&& handover) {
    errors_.adopt(std::move(handover.errors));
    events_.adopt(std::move(handover.events));
    if (acknowledgement_) acknowledgement_->adopt(std::move(handover.unacknowledged));
}

std::size_t InputFanout::pending_messages() const {
    const auto current = readers();
    std::size_t most = 0;
    for (const auto& channel : current->channels) most = std::max(most, channel->pending_messages());
    return most;
}

}  // namespace laminar
