#include "connectors/delivery/message_acknowledgement.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>

#include "catalog/options/secret_resolver.h"
#include "catalog/threads/mutex.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/expressions/evaluation.h"

namespace laminar {

namespace {

constexpr const char* default_text = R"({"type":"ack","message_id":"${message_id}"})";

}  // namespace

std::unique_ptr<MessageAcknowledgement> MessageAcknowledgement::make(const DeliveryOptions& options,
                                                                     ConnectionJournal& journal) {
    if (options.auto_ack && !options.ack_message) return nullptr;
    return std::make_unique<MessageAcknowledgement>(options, journal);
}

void MessageAcknowledgement::set_text(std::optional<ComputedText> text) {
    const MutexLock lock(mutex_);
    text_ = std::move(text);
}

bool MessageAcknowledgement::is_full() const {
    const MutexLock lock(mutex_);
    return held() >= options_.buffer_size || messages_.in_flight.bytes() >= options_.buffer_bytes;
}

void MessageAcknowledgement::track(const Message& message, const std::function<Reception(const Message&)>& offer,
                                   std::vector<std::string> fallback_ids) {
    // Held while the message is offered: the engine may have acknowledged it before we know its id.
    const MutexLock lock(mutex_);
    Message tracked = message;
    tracked.tracked = options_.auto_ack;
    Reception reception = offer(tracked);
    std::string peer = message.origin ? message.origin->peer : "";
    if (options_.auto_ack && reception.is_unmatched) {
        for (std::string& id : reception.ids) messages_.due.push_back({std::move(id), peer});
        return;
    }
    if (options_.auto_ack) {
        messages_.commits.add(message.sequence, std::move(reception.ids), std::move(peer),
                              std::move(reception.receivers));
        return;
    }
    HeldMessage held(message, reception.ids.empty() ? std::move(fallback_ids) : std::move(reception.ids));
    messages_.in_flight.add(std::move(held), InFlightMessages::Clock::now() + options_.ack_timeout);
}

UnacknowledgedMessages MessageAcknowledgement::surrender() {
    const MutexLock lock(mutex_);
    return std::exchange(messages_, {});
}

void MessageAcknowledgement::adopt(UnacknowledgedMessages messages) {
    messages.in_flight.set_latest_due(InFlightMessages::Clock::now() + options_.ack_timeout);
    const MutexLock lock(mutex_);
    messages_ = std::move(messages);
}

void MessageAcknowledgement::end_cycle(const ProcessingReport& report,
                                       const std::vector<std::shared_ptr<InputChannel>>& channels) {
    std::vector<AcknowledgementDue> due;
    std::unordered_set<std::string> failed;
    for (const FailedRow& row : report.failed) failed.insert(row.message_id);
    const MutexLock lock(mutex_);
    // Both ways, whatever auto_ack says now: it may have been altered while messages were on their way.
    for (const auto& channel : channels)
        messages_.commits.take_given_back(channel.get(), channel->take_given_back(), failed, due);
    for (const std::string& id : report.acknowledged) {
        // Acknowledged before, or never ours: nothing is owed.
        if (std::optional<std::string> peer = messages_.in_flight.acknowledge(id)) {
            due.push_back({id, std::move(*peer)});
        }
    }
    messages_.due.insert(messages_.due.end(), due.begin(), due.end());
}

void MessageAcknowledgement::forget(const InputChannel* channel) {
    std::vector<AcknowledgementDue> due;
    const MutexLock lock(mutex_);
    messages_.commits.forget(channel, due);
    messages_.due.insert(messages_.due.end(), due.begin(), due.end());
}

std::optional<HeldMessage> MessageAcknowledgement::take_overdue(bool room) {
    const MutexLock lock(mutex_);
    const HeldMessage* first = messages_.in_flight.first_overdue(InFlightMessages::Clock::now());
    if (!first || (!room && first->delivery_count < options_.max_deliveries)) return std::nullopt;
    return messages_.in_flight.take_first();
}

void MessageAcknowledgement::report(const std::string& problem) {
    journal_.set_last_error("ack_message: " + problem);
    journal_.log_limited(log_limit_, "acknowledgements that cannot be made", "error", "acknowledge_failed",
                         "ack_message: " + problem);
}

std::optional<OutgoingMessage> MessageAcknowledgement::make_message(const AcknowledgementDue& due) {
    ComputedText text(default_text);
    {
        const MutexLock lock(mutex_);
        if (text_) text = *text_;
    }
    if (text.expression() == nullptr && !find_secret_references(text.text()).empty()) {
        report("its secrets have not been found");
        return std::nullopt;
    }
    EvaluationScope scope;
    scope.now = utc_now();
    scope.secrets = &journal_.secrets();
    scope.message_id = due.message_id;
    // Ids are counted where messages are sent: this one says how long such a message is.
    std::int64_t stand_in = 0;
    scope.last_id = &stand_in;
    Evaluation evaluation = evaluate(text, scope);
    if (!evaluation.problem.empty()) {
        report(evaluation.problem);
        return std::nullopt;
    }
    OutgoingMessage message;
    if (evaluation.payload) message.payload = std::make_shared<const std::string>(std::move(*evaluation.payload));
    message.binary = evaluation.binary;
    message.peer = due.peer;
    if (stand_in != 0) message.acknowledges = due.message_id;
    return message;
}

void MessageAcknowledgement::send_due(const Send& send) {
    for (;;) {
        AcknowledgementDue next;
        {
            const MutexLock lock(mutex_);
            if (messages_.due.empty()) return;
            next = messages_.due.front();
        }
        SendOutcome outcome = SendOutcome::failed;
        // Without a payload it is NULL: this one is not to be told.
        if (std::optional<OutgoingMessage> message = make_message(next); message && message->payload)
            outcome = send(std::move(*message));
        if (outcome == SendOutcome::full) return;
        if (outcome == SendOutcome::accepted) {
            journal_.messages_acknowledged.fetch_add(1, std::memory_order_relaxed);
        } else if (outcome == SendOutcome::no_such_peer) {
            journal_.log("debug", "acknowledge_failed",
                         fmt::format("{} has left before its message {} was acknowledged", next.peer, next.message_id));
        }
        const MutexLock lock(mutex_);
        messages_.due.pop_front();
    }
}

std::size_t MessageAcknowledgement::due() const {
    const MutexLock lock(mutex_);
    return messages_.due.size();
}

std::size_t MessageAcknowledgement::in_flight() const {
    const MutexLock lock(mutex_);
    return messages_.in_flight.size() + messages_.commits.size();
}

}  // namespace laminar
