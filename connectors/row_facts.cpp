#include "connectors/row_facts.h"

#include <utility>

namespace laminar {

namespace {

std::size_t byte_size_of(const std::shared_ptr<const MessageOrigin>& origin) noexcept {
    if (!origin) return sizeof(origin);
    return sizeof(origin) + origin->connection_name.size() + origin->client_id.size() + origin->remote_address.size() +
           origin->tls_subject.size() + origin->query_parameters.size();
}

}  // namespace

void RowFacts::add_origin(std::shared_ptr<const MessageOrigin> origin) {
    origins_.push_back(std::move(origin));
    origin_bytes_ += byte_size_of(origins_.back());
}

void RowFacts::read(std::size_t row, Message& message) const {
    const Fact& fact = facts_[row];
    message.binary = fact.binary;
    message.received_at = fact.received_at;
    message.wire_size = fact.wire_size;
    message.sequence = fact.sequence;
    message.delivery_count = fact.delivery_count;
    if (message.origin != origins_[fact.origin]) message.origin = origins_[fact.origin];
}

void RowFacts::append_message_id(std::size_t row, std::string& target) const {
    const Fact& fact = facts_[row];
    if (!fact.has_own_id) return append_generated_message_id(target, origins_[fact.origin].get(), fact.sequence);
    const std::size_t end = row + 1 < facts_.size() ? facts_[row + 1].id_begin : ids_.size();
    target.append(ids_, fact.id_begin, end - fact.id_begin);
}

void RowFacts::truncate(std::size_t size) {
    if (size >= facts_.size()) return;
    ids_.resize(facts_[size].id_begin);
    const std::size_t origins = size == 0 ? 0 : facts_[size - 1].origin + 1;
    for (; origins_.size() > origins; origins_.pop_back()) origin_bytes_ -= byte_size_of(origins_.back());
    facts_.resize(size);
}

void RowFacts::clear() noexcept {
    facts_.clear();
    ids_.clear();
    origins_.clear();
    origin_bytes_ = 0;
}

}  // namespace laminar
