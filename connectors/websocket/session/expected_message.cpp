#include "connectors/websocket/session/expected_message.h"

#include <algorithm>

#include "catalog/options/json_path.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {

ExpectedMessage::ExpectedMessage(std::string text) : text_(std::move(text)) {
    if (!is_json(text_)) return;
    const std::string_view object = std::string_view(text_).substr(skip_json_space(text_, 0));
    if (!object.starts_with('{')) return;
    if (const auto first = JsonMembers(object).next()) marker_ = first->quoted_key;
}

bool ExpectedMessage::matches(std::string_view message) const {
    if (message == text_) return true;
    if (marker_.empty() || message.find(marker_) == std::string_view::npos) return false;
    return is_json(message) && json_contains(message, text_);
}

ExpectedReply::ExpectedReply(const std::vector<std::pair<std::string, std::string>>& values) {
    for (const auto& [path, value] : values) {
        if (!description_.empty()) description_ += " and ";
        description_.append(path).append(" = ").append(value);
        values_.emplace_back(parse_json_path(path).value_or(std::vector<std::string>{""}), value);
    }
}

bool ExpectedReply::matches(std::string_view message) const {
    if (!is_json(message)) return false;
    return std::all_of(values_.begin(), values_.end(), [message](const auto& expected) {
        const auto value = find_json_value(message, expected.first);
        return value && json_value_text(*value) == expected.second;
    });
}

}  // namespace laminar
