#include "cli/infer/columns/value_shape.h"

#include <algorithm>

#include "connectors/codec/json/json_text.h"

namespace laminar {
namespace {

constexpr std::size_t deepest = 8;
constexpr std::size_t most_members = 128;   ///< Different ones: with more an object is a map.
constexpr std::size_t most_positions = 32;  ///< Of arrays whose elements are looked at one by one.

}  // namespace

bool ValueShape::take_node(std::unique_ptr<ValueShape>& node, Budget& budget) {
    if (node) return true;
    if (budget.nodes == 0) {
        opaque_ = true;
        return false;
    }
    --budget.nodes;
    node = std::make_unique<ValueShape>();
    return true;
}

void ValueShape::add(std::string_view text, std::int64_t received_at, Budget& budget, std::size_t depth) {
    if (text == "null") {
        ++nulls_;
    } else if (text.starts_with('{')) {
        ++objects_;
        if (depth < deepest)
            add_members(text, received_at, budget, depth + 1);
        else
            opaque_ = true;
    } else if (text.starts_with('[')) {
        if (depth < deepest)
            add_elements(text, received_at, budget, depth + 1);
        else
            opaque_ = true;
        ++arrays_;
    } else {
        scalars_.add(text, received_at);
    }
}

void ValueShape::add_members(std::string_view object, std::int64_t received_at, Budget& budget, std::size_t depth) {
    if (is_map_) return;
    JsonMembers each(object);
    std::string scratch;
    while (const auto member = each.next()) {
        const std::string name(json_string_content(member->quoted_key, scratch));
        const auto known = places_.find(name);
        if (known != places_.end()) {
            members_[known->second].second->add(member->value, received_at, budget, depth);
            continue;
        }
        std::unique_ptr<ValueShape> node;
        if (members_.size() == most_members) {
            is_map_ = opaque_ = true;
            members_.clear();
            places_.clear();
            return;
        }
        if (!take_node(node, budget)) return;
        node->add(member->value, received_at, budget, depth);
        places_.emplace(name, members_.size());
        members_.emplace_back(name, std::move(node));
    }
}

void ValueShape::add_elements(std::string_view array, std::int64_t received_at, Budget& budget, std::size_t depth) {
    JsonElements each(array);
    std::size_t length = 0;
    while (const auto element = each.next()) {
        if (take_node(elements_, budget)) elements_->add(*element, received_at, budget, depth);
        if (length < most_positions && depth <= 3) {
            if (length == positions_.size()) positions_.emplace_back();
            if (take_node(positions_[length], budget)) positions_[length]->add(*element, received_at, budget, depth);
        }
        ++length;
    }
    std::erase_if(positions_, [](const auto& position) { return !position; });
    shortest_ = arrays_ == 0 ? length : std::min(shortest_, length);
    longest_ = std::max(longest_, length);
}

const ValueShape* ValueShape::member(std::string_view name) const {
    const auto found = places_.find(std::string(name));
    return found == places_.end() ? nullptr : members_[found->second].second.get();
}

std::size_t ValueShape::leaves() const {
    if (is_object()) {
        std::size_t sum = 0;
        for (const Member& member : members_) sum += member.second->leaves();
        return std::max<std::size_t>(sum, 1);
    }
    if (is_array() && elements_) {
        if (elements_->is_object()) return elements_->leaves();
        if (elements_->is_array()) return std::max<std::size_t>(elements_->longest(), 1);
    }
    return 1;
}

}  // namespace laminar
