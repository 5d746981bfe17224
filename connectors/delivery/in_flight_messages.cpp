#include "connectors/delivery/in_flight_messages.h"

#include <algorithm>
#include <utility>

namespace laminar {

HeldMessage::HeldMessage(const Message& message, std::vector<std::string> ids)
    : payload(message.payload),
      binary(message.binary),
      received_at(message.received_at),
      wire_size(message.wire_size),
      sequence(message.sequence),
      delivery_count(message.delivery_count),
      origin(message.origin),
      open_ids(std::move(ids)) {}

Message HeldMessage::view() const {
    Message message;
    message.payload = payload;
    message.binary = binary;
    message.received_at = received_at;
    message.wire_size = wire_size;
    message.sequence = sequence;
    message.delivery_count = delivery_count;
    message.origin = origin;
    return message;
}

void InFlightMessages::add(HeldMessage message, Clock::time_point due) {
    if (message.open_ids.empty()) return;
    bytes_ += message.payload.size();
    const Position entry = entries_.insert(entries_.end(), {std::move(message), due});
    for (const std::string& id : entry->message.open_ids) by_id_.emplace(id, entry);
}

std::optional<std::string> InFlightMessages::acknowledge(const std::string& id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return std::nullopt;
    const Position entry = found->second;
    by_id_.erase(found);
    std::erase(entry->message.open_ids, id);
    const MessageOrigin* origin = entry->message.origin.get();
    std::string peer = origin != nullptr ? origin->peer : std::string();
    if (entry->message.open_ids.empty()) {
        bytes_ -= entry->message.payload.size();
        entries_.erase(entry);
    }
    return peer;
}

const HeldMessage* InFlightMessages::first_overdue(Clock::time_point now) const {
    if (entries_.empty() || entries_.front().due > now) return nullptr;
    return &entries_.front().message;
}

void InFlightMessages::set_latest_due(Clock::time_point due) {
    for (Entry& entry : entries_) entry.due = std::min(entry.due, due);
}

HeldMessage InFlightMessages::take_first() {
    const Position entry = entries_.begin();
    erase_ids(entry);
    bytes_ -= entry->message.payload.size();
    HeldMessage message = std::move(entry->message);
    entries_.erase(entry);
    return message;
}

void InFlightMessages::erase_ids(Position entry) {
    for (const std::string& id : entry->message.open_ids) {
        const auto [first, last] = by_id_.equal_range(id);
        const auto found = std::find_if(first, last, [entry](const auto& named) { return named.second == entry; });
        if (found != last) by_id_.erase(found);
    }
}

}  // namespace laminar
