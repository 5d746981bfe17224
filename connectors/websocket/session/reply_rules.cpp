#include "connectors/websocket/session/reply_rules.h"

namespace laminar {

ReplyRules::ReplyRules(const MessageRules& rules) {
    for (const MessageRule& rule : rules) {
        matcher_.add(rule.awaited);
        answers_.push_back({rule.send.value_or(ComputedText()), rule.keep});
    }
}

const ReplyRules::Answer* ReplyRules::find(std::string_view message, MessageMatcher::Look& look) const {
    const std::optional<std::size_t> met = matcher_.find(message, look);
    return met ? &answers_[*met] : nullptr;
}

}  // namespace laminar
