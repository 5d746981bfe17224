#include "connectors/codec/field_tree.h"

#include <algorithm>
#include <charconv>

#include "catalog/json_path.h"

namespace laminar {

namespace {

// What is learned of a feed's order stays small whatever it sends.
constexpr std::size_t learned_positions = 256;
constexpr std::size_t learned_key_size = 128;

constexpr char to_lower(char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

/// In a JSON string: without escapes.
bool is_written_as_it_is(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(), [](char character) {
        return character == '"' || character == '\\' || static_cast<unsigned char>(character) < 0x20;
    });
}

void fold_into(std::string& target, std::string_view text) {
    target.assign(text);
    std::transform(target.begin(), target.end(), target.begin(), to_lower);
}

}  // namespace

FieldNode& FieldNode::child(const std::string& step) {
    if (const auto found = by_name_.find(step); found != by_name_.end()) return *found->second;
    FieldNode* node = children_.emplace_back(std::make_unique<FieldNode>()).get();
    by_name_.emplace(step, node);
    fold_into(folded_, step);
    by_folded_name_.emplace(folded_, node);
    longest_name_ = std::max(longest_name_, step.size());
    std::size_t index = 0;
    const char* end = step.data() + step.size();
    if (const auto [stop, error] = std::from_chars(step.data(), end, index); stop == end && error == std::errc{})
        by_index_.emplace_back(index, node);
    return *node;
}

FieldNode* FieldNode::element(std::size_t index) const noexcept {
    for (const auto& [wanted, node] : by_index_) {
        if (wanted == index) return node;
    }
    return nullptr;
}

FieldNode::Match FieldNode::find_and_learn(std::size_t position, std::string_view key) {
    Match match;
    if (key.size() <= longest_name_) {
        if (const auto found = by_name_.find(key); found != by_name_.end()) {
            match = {found->second, true};
        } else {
            fold_into(folded_, key);
            const auto folded = by_folded_name_.find(folded_);
            if (folded != by_folded_name_.end()) match = {folded->second, false};
        }
    }
    if (position < learned_positions && key.size() <= learned_key_size) {
        if (position >= learned_.size()) learned_.resize(position + 1);
        Learned& learned = learned_[position];
        learned.key.assign(key);
        learned.match = match;
        learned.ahead_size = 0;
        if (!key.empty() && key.size() < learned.ahead.size() && is_written_as_it_is(key)) {
            std::copy(key.begin(), key.end(), learned.ahead.begin());
            learned.ahead[key.size()] = '"';
            learned.ahead_size = key.size() + 1;
        }
    }
    return match;
}

std::unique_ptr<FieldNode> make_field_tree(const BatchSchema& schema, const std::string& message_id_field) {
    auto root = std::make_unique<FieldNode>();
    bool needs_message_id = false;
    for (std::size_t index = 0; index < schema.columns.size(); ++index) {
        const BatchColumn& column = schema.columns[index];
        needs_message_id = needs_message_id || column.metadata == MetadataField::message_id;
        if (column.json_path.empty()) continue;
        FieldNode* node = root.get();
        for (const std::string& step : column.json_path) node = &node->child(step);
        node->columns.push_back(static_cast<std::uint32_t>(index));
    }
    if (needs_message_id && !message_id_field.empty()) {
        FieldNode* node = root.get();
        for (const std::string& step :
             parse_json_path(message_id_field).value_or(std::vector<std::string>{message_id_field}))
            node = &node->child(step);
        node->is_message_id = true;
    }
    return root;
}

}  // namespace laminar
