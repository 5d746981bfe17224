#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalog/options/computed_text.h"
#include "catalog/options/message_rule.h"
#include "connectors/matching/message_matcher.h"

namespace laminar {

/// Messages that are answered, most of which are no rows (replies). Immutable; any thread.
class ReplyRules {
public:
    explicit ReplyRules(const MessageRules& rules);

    struct Answer {
        ComputedText text;
        bool keeps_message = false;  ///< It is one for rows all the same.
    };
    /// The answer to a message; null when there is none. look: memory of the caller.
    [[nodiscard]] const Answer* find(std::string_view message, MessageMatcher::Look& look) const;

private:
    MessageMatcher matcher_;
    std::vector<Answer> answers_;
};

}  // namespace laminar
