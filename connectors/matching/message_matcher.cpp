#include "connectors/matching/message_matcher.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/options/json_path.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/matching/condition_fit.h"

namespace laminar {
namespace {

constexpr char record_separator = '\x1e';

std::string describe_value(const ConditionValue& value) {
    return value.kind == ConditionValue::Kind::text_start ? value.text + "..." : value.text;
}

}  // namespace

std::size_t MessageMatcher::add(const MessageConditions& conditions) {
    Set set;
    for (const MessageCondition& condition : conditions) {
        Condition added;
        added.values = condition.values;
        if (is_path(condition.place)) {
            added.place = places_.add(parse_json_place(condition.place).value_or(std::vector<std::string>{}));
        } else if (condition.place == "data") {
            for (ConditionValue& value : added.values)
                value.text = bytes_with_escapes(value.text).value_or(std::string());
        }
        set.push_back(std::move(added));
    }
    sets_.push_back(std::move(set));
    return sets_.size() - 1;
}

std::optional<std::size_t> MessageMatcher::find(std::string_view message, Look& look) const {
    const std::size_t begin = skip_json_space(message, 0);
    look.found.assign(places_.size(), {});
    if (places_.size() > 0 && begin < message.size() && places_.look(message, begin, false, look.found).is_broken)
        look.found.assign(places_.size(), {});
    for (std::size_t index = 0; index < sets_.size(); ++index) {
        const Set& set = sets_[index];
        if (!is_met(set, message, look)) continue;
        const bool has_paths =
            std::any_of(set.begin(), set.end(), [](const Condition& condition) { return condition.place.has_value(); });
        if (!has_paths || is_one_value(message, begin, look)) return index;
    }
    return std::nullopt;
}

bool MessageMatcher::is_met(const Set& set, std::string_view message, Look& look) {
    return std::all_of(set.begin(), set.end(), [&](const Condition& condition) {
        const std::string_view found = condition.place ? look.found[*condition.place] : message;
        if (condition.place && found.empty()) return false;
        if (condition.values.empty()) return true;
        return std::any_of(condition.values.begin(), condition.values.end(), [&](const ConditionValue& wanted) {
            return condition.place ? fits_json(wanted, found, look.scratch) : fits_text(wanted, found);
        });
    });
}

bool MessageMatcher::is_one_value(std::string_view message, std::size_t begin, Look& look) const {
    const JsonPlaces::Look whole = places_.look(message, begin, true, look.found);
    if (whole.is_broken) return false;
    std::size_t at = skip_json_space(message, whole.end);
    if (at < message.size() && message[at] == record_separator) ++at;
    return at == message.size();
}

std::string describe_conditions(const MessageConditions& conditions) {
    std::string text;
    for (const MessageCondition& condition : conditions) {
        if (!text.empty()) text += " and ";
        text += condition.place;
        for (std::size_t index = 0; index < condition.values.size(); ++index)
            text += (index == 0 ? " = " : " or ") + describe_value(condition.values[index]);
    }
    return text;
}

}  // namespace laminar
