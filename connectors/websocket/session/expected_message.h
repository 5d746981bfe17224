#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace laminar {

/// A message that a peer is expected to send, such as the answer to an application's heartbeat: recognized when it is
/// the same text, or a JSON object that has at least all the members of the expected one. Immutable; any thread.
class ExpectedMessage {
public:
    explicit ExpectedMessage(std::string text);

    [[nodiscard]] bool matches(std::string_view message) const;

private:
    std::string text_;
    std::string marker_;  ///< A part that every matching object has, quickly looked for; empty when text_ is no object.
};

/// The reply that confirms a subscription (subscribe_confirm): JSON that has certain values at certain paths.
/// Immutable; any thread.
class ExpectedReply {
public:
    /// Paths and the text of the values there; all must match. Paths that are none match nothing.
    explicit ExpectedReply(const std::vector<std::pair<std::string, std::string>>& values);

    [[nodiscard]] bool matches(std::string_view message) const;
    /// "$.type = subscribed and $.ok = true".
    [[nodiscard]] const std::string& description() const noexcept { return description_; }

private:
    std::vector<std::pair<std::vector<std::string>, std::string>> values_;
    std::string description_;
};

}  // namespace laminar
