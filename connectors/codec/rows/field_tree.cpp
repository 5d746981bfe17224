#include "connectors/codec/rows/field_tree.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_set>

#include "catalog/options/json_path.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

// What is learned of a feed's order stays small whatever it sends.
constexpr std::size_t learned_positions = 256;
constexpr std::size_t learned_key_size = 128;

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
    longest_name_ = std::max(longest_name_, step.size());
    std::size_t index = 0;
    const char* end = step.data() + step.size();
    if (const auto [stop, error] = std::from_chars(step.data(), end, index); stop == end && error == std::errc{})
        by_index_.emplace_back(index, node);
    return *node;
}

void FieldNode::take_any_case(const std::string& step) {
    fold_into(folded_, step);
    by_folded_name_.emplace(folded_, &child(step));
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

namespace {

std::string folded(std::string_view text) {
    std::string result;
    fold_into(result, text);
    return result;
}

FieldNode& place_at(FieldNode& root, const std::vector<std::string>& steps) {
    FieldNode* node = &root;
    for (const std::string& step : steps) node = &node->child(step);
    return *node;
}

using Claims = std::vector<std::pair<FieldNode*, FieldNode::Claim>>;

/// Of every column, at every place that it may be filled from.
Claims claims_of(const BatchSchema& schema, FieldNode& root) {
    Claims claims;
    for (std::uint32_t index = 0; index < schema.columns.size(); ++index) {
        const BatchColumn& column = schema.columns[index];
        if (column.of_message || (column.json_path.empty() && !column.takes_all)) continue;
        claims.push_back({&place_at(root, column.json_path), {index, FieldNode::Rank::exact_name, column.by_name}});
        if (!column.nested_path.empty())
            claims.push_back({&place_at(root, column.nested_path), {index, FieldNode::Rank::nested_path, false}});
    }
    return claims;
}

/// By their names without case: the only column by name, or nullopt where there are several.
std::unordered_map<std::string, std::optional<std::uint32_t>> columns_by_folded_name(const BatchSchema& schema) {
    std::unordered_map<std::string, std::optional<std::uint32_t>> names;
    for (std::uint32_t index = 0; index < schema.columns.size(); ++index) {
        const BatchColumn& column = schema.columns[index];
        if (!column.by_name || column.of_message) continue;
        const auto [entry, added] = names.try_emplace(folded(column.json_path.front()), index);
        if (!added) entry->second.reset();
    }
    return names;
}

/// The place of the message id, where a field's name is given rather than a path.
void add_message_id(FieldNode& root, const std::string& name, const BatchSchema& schema, Claims& claims) {
    FieldNode& node = root.child(name);
    node.is_message_id = true;
    const auto names = columns_by_folded_name(schema);
    const auto found = names.find(folded(name));
    if (found == names.end()) {
        root.take_any_case(name);
    } else if (found->second && schema.columns[*found->second].json_path.front() != name) {
        // A column that has the name in another case is not to go without it for that.
        claims.push_back({&node, {*found->second, FieldNode::Rank::other_case, false}});
    }
}

}  // namespace

std::unique_ptr<FieldNode> make_field_tree(const BatchSchema& schema, const std::string& message_id_field) {
    auto root = std::make_unique<FieldNode>();
    Claims claims = claims_of(schema, *root);
    for (const auto& [name, index] : columns_by_folded_name(schema)) {
        if (index) root->take_any_case(schema.columns[*index].json_path.front());
    }
    const bool needs_message_id =
        std::any_of(schema.columns.begin(), schema.columns.end(),
                    [](const BatchColumn& column) { return column.metadata == MetadataField::message_id; });
    const std::vector<std::string> id_steps =
        parse_json_path(message_id_field).value_or(std::vector<std::string>{message_id_field});
    if (needs_message_id && id_steps.size() == 1 && !message_id_field.empty()) {
        add_message_id(*root, id_steps.front(), schema, claims);
    } else if (needs_message_id && !message_id_field.empty()) {
        place_at(*root, id_steps).is_message_id = true;
    }
    // A column with one place, and a place whose columns all take it in the same way, need no choice.
    std::vector<std::size_t> places(schema.columns.size(), 0);
    for (const auto& [node, claim] : claims) ++places[claim.column];
    std::unordered_set<const FieldNode*> needs_choice;
    for (const auto& [node, claim] : claims) {
        node->columns.push_back(claim.column);
        const bool by_name = schema.columns[node->columns.front()].by_name;
        if (places[claim.column] > 1 || claim.by_name != by_name) needs_choice.insert(node);
    }
    for (const auto& [node, claim] : claims) {
        if (needs_choice.contains(node)) node->claims.push_back(claim);
    }
    return root;
}

}  // namespace laminar
