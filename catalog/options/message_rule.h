#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "catalog/options/computed_text.h"
#include "catalog/options/message_condition.h"

namespace laminar {

/// What a connection does by itself about messages: a step of its handshake (it awaits a message, or sends one), or an
/// answer to those that need one.
struct MessageRule {
    MessageConditions awaited;  ///< expect, or when; empty where the step only sends.
    MessageConditions refusal;  ///< Instead of what is expected: the end of the attempt. Empty: none.
    std::optional<std::chrono::milliseconds> timeout;  ///< Of what is expected; absent: the default.
    std::optional<ComputedText> send;
    bool keep = false;  ///< What is answered is for rows, too.

    [[nodiscard]] bool operator==(const MessageRule&) const = default;
};

using MessageRules = std::vector<MessageRule>;

/// As SQL, where awaited is the name of that part: [MAP {'expect': MAP {'$.op': 10}}, MAP {'send': 'hello'}].
[[nodiscard]] std::string to_sql(const MessageRules& rules, std::string_view awaited);

}  // namespace laminar
