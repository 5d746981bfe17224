#include "connectors/rows/row_facts.h"

#include <utility>

namespace laminar {

namespace {

std::size_t byte_size_of(const std::shared_ptr<const MessageOrigin>& origin) noexcept {
    if (!origin) return sizeof(origin);
    std::size_t size =
        sizeof(origin) + origin->connection_name.size() + origin->peer.size() + origin->remote_address.size();
    for (const auto& [field, value] : origin->facts) {
        if (const auto* text = std::get_if<std::string>(&value)) size += text->size();
    }
    return size;
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

std::optional<std::string_view> RowFacts::own_id(std::size_t row) const {
    const Fact& fact = facts_[row];
    if (!fact.has_own_id) return std::nullopt;
    const std::size_t end = row + 1 < facts_.size() ? facts_[row + 1].id_begin : ids_.size();
    return std::string_view(ids_).substr(fact.id_begin, end - fact.id_begin);
}

void RowFacts::give_ids(std::size_t first, std::string_view id) {
    for (std::size_t row = first; row < facts_.size(); ++row) {
        facts_[row].id_begin = static_cast<std::uint32_t>(ids_.size());
        facts_[row].has_own_id = true;
        ids_ += id;
    }
}

void RowFacts::append_message_id(std::size_t row, std::string& target) const {
    const Fact& fact = facts_[row];
    if (const std::optional<std::string_view> own = own_id(row))
        target.append(*own);
    else
        append_generated_message_id(target, origins_[fact.origin].get(), fact.sequence);
}

void RowFacts::append_all(const RowFacts& other) {
    if (other.facts_.empty()) return;
    const bool goes_on = !origins_.empty() && origins_.back() == other.origins_.front();
    const auto origins_before = static_cast<std::uint32_t>(origins_.size() - (goes_on ? 1 : 0));
    const auto ids_before = static_cast<std::uint32_t>(ids_.size());
    const std::size_t rows = facts_.size();
    // First, so that truncate finds the rest where there is no memory for it.
    facts_.insert(facts_.end(), other.facts_.begin(), other.facts_.end());
    for (std::size_t row = rows; row < facts_.size(); ++row) {
        facts_[row].origin += origins_before;
        facts_[row].id_begin += ids_before;
    }
    ids_ += other.ids_;
    for (std::size_t index = goes_on ? 1 : 0; index < other.origins_.size(); ++index) add_origin(other.origins_[index]);
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
