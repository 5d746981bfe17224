#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/options/message_condition.h"
#include "connectors/codec/json/json_places.h"

namespace laminar {

/// Tells which of several sets of conditions a message meets, by no more of it than they name: for messages that a
/// connection deals with itself. A set with paths is met by a message that is one JSON value (and a record separator
/// behind it), so that nothing else in the message is passed over with it. Any number of threads may ask, each with
/// memory of its own, once all sets have been added.
class MessageMatcher {
public:
    /// Memory for looking.
    struct Look {
        JsonPlaces::Found found;
        std::string scratch;
    };

    /// Their number, counted from 0.
    std::size_t add(const MessageConditions& conditions);
    [[nodiscard]] bool is_empty() const noexcept { return sets_.empty(); }
    /// The first set that the message meets.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view message, Look& look) const;

private:
    struct Condition {
        std::optional<std::size_t> place;  ///< In places_; without one it is about the whole message.
        std::vector<ConditionValue> values;
    };
    using Set = std::vector<Condition>;

    [[nodiscard]] static bool is_met(const Set& set, std::string_view message, Look& look);
    [[nodiscard]] bool is_one_value(std::string_view message, std::size_t begin, Look& look) const;

    JsonPlaces places_;
    std::vector<Set> sets_;
};

/// "$.type = auth_ok and $.ok = true": for messages to people.
[[nodiscard]] std::string describe_conditions(const MessageConditions& conditions);

}  // namespace laminar
