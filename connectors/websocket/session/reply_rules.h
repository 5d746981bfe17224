#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalog/options/computed_text.h"
#include "catalog/options/message_rule.h"
#include "connectors/matching/message_matcher.h"

namespace laminar {

/// Messages that are answered and are no rows (replies). Immutable; any thread.
class ReplyRules {
public:
    explicit ReplyRules(const MessageRules& rules);

    /// The answer to a message; null when it is one for rows. look: memory of the caller.
    [[nodiscard]] const ComputedText* find(std::string_view message, MessageMatcher::Look& look) const;

private:
    MessageMatcher matcher_;
    std::vector<ComputedText> answers_;
};

}  // namespace laminar
