#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "catalog/options/computed_text.h"
#include "catalog/options/message_condition.h"
#include "catalog/options/message_rule.h"
#include "catalog/options/option_set.h"

namespace laminar {

enum class OptionType : std::uint8_t {
    text,
    text_list,  ///< A list of texts; one text stands for a list of one.
    text_map,   ///< Texts by name, in order of writing.
    integer,
    decimal,
    boolean,
    duration,  ///< An INTERVAL, or a number of the option's unit where it has one.
    choice,
    conditions,  ///< What messages must have, and where: a map.
    rules        ///< What is done about messages: a list of maps.
};

using TextList = std::vector<std::string>;
using TextMap = std::vector<std::pair<std::string, std::string>>;

/// A checked option value (one alternative for each type, and for texts that may be expressions another): monostate is
/// NULL (not given), a duration counts units of its field, a choice is its text.
using OptionData = std::variant<std::monostate, bool, std::int64_t, double, std::string, TextList, TextMap,
                                MessageConditions, ComputedText, ComputedList, ComputedMap, MessageRules>;

template <class Enum>
using ChoiceList = std::vector<std::pair<std::string_view, Enum>>;

/// Access to one field of an options struct whose type is known only where the schema is declared.
struct OptionField {
    /// The value must be of the alternative that the option's type implies, or monostate for optional fields.
    std::function<void(OptionSet&, const OptionData&)> assign;
    std::function<OptionData(const OptionSet&)> read;
};

namespace option_field_detail {

template <class Value>
struct IsDuration : std::false_type {};
template <class Count, class Period>
struct IsDuration<std::chrono::duration<Count, Period>> : std::true_type {};

template <class Value>
struct Unwrapped {
    using Type = Value;
    static constexpr bool optional = false;
};
template <class Value>
struct Unwrapped<std::optional<Value>> {
    using Type = Value;
    static constexpr bool optional = true;
};

template <class Value>
constexpr OptionType type_of() {
    using Plain = typename Unwrapped<Value>::Type;
    if constexpr (std::is_same_v<Plain, bool>)
        return OptionType::boolean;
    else if constexpr (std::is_integral_v<Plain>)
        return OptionType::integer;
    else if constexpr (std::is_floating_point_v<Plain>)
        return OptionType::decimal;
    else if constexpr (std::is_same_v<Plain, TextList> || std::is_same_v<Plain, ComputedList>)
        return OptionType::text_list;
    else if constexpr (std::is_same_v<Plain, TextMap> || std::is_same_v<Plain, ComputedMap>)
        return OptionType::text_map;
    else if constexpr (std::is_same_v<Plain, MessageConditions>)
        return OptionType::conditions;
    else if constexpr (std::is_same_v<Plain, MessageRules>)
        return OptionType::rules;
    else if constexpr (IsDuration<Plain>::value)
        return OptionType::duration;
    else {
        static_assert(std::is_same_v<Plain, std::string> || std::is_same_v<Plain, ComputedText>,
                      "no option type for this field");
        return OptionType::text;
    }
}

template <class Value>
constexpr std::int64_t unit_microseconds() {
    using Plain = typename Unwrapped<Value>::Type;
    if constexpr (IsDuration<Plain>::value)
        return std::chrono::microseconds(Plain(1)).count();
    else
        return 0;
}

template <class Value>
constexpr bool is_computed() {
    using Plain = typename Unwrapped<Value>::Type;
    return std::is_same_v<Plain, ComputedText> || std::is_same_v<Plain, ComputedList> ||
           std::is_same_v<Plain, ComputedMap> || std::is_same_v<Plain, MessageRules>;
}

template <class Plain>
Plain from_data(const OptionData& data) {
    if constexpr (std::is_same_v<Plain, bool>)
        return std::get<bool>(data);
    else if constexpr (std::is_integral_v<Plain>)
        return static_cast<Plain>(std::get<std::int64_t>(data));
    else if constexpr (IsDuration<Plain>::value)
        return Plain(std::get<std::int64_t>(data));
    else
        return std::get<Plain>(data);
}

template <class Plain>
OptionData to_data(const Plain& value) {
    if constexpr (std::is_integral_v<Plain> && !std::is_same_v<Plain, bool>)
        return static_cast<std::int64_t>(value);
    else if constexpr (IsDuration<Plain>::value)
        return static_cast<std::int64_t>(value.count());
    else
        return value;
}

}  // namespace option_field_detail

/// Calls visit(key, text) for every text that may be an expression; key: its name in a map, else empty.
template <class Visit>
void for_each_computed(const OptionData& data, const Visit& visit) {
    if (const auto* text = std::get_if<ComputedText>(&data)) visit(std::string(), *text);
    if (const auto* list = std::get_if<ComputedList>(&data)) {
        for (const ComputedText& text : *list) visit(std::string(), text);
    }
    if (const auto* map = std::get_if<ComputedMap>(&data)) {
        for (const auto& [key, text] : *map) visit(key, text);
    }
    if (const auto* rules = std::get_if<MessageRules>(&data)) {
        for (const MessageRule& rule : *rules) {
            if (rule.send) visit(std::string(), *rule.send);
        }
    }
}

template <class Value>
inline constexpr bool option_is_computed = option_field_detail::is_computed<Value>();
template <class Value>
inline constexpr OptionType option_type_of = option_field_detail::type_of<Value>();
template <class Value>
inline constexpr std::int64_t option_unit_microseconds = option_field_detail::unit_microseconds<Value>();

template <class Options, class Value>
OptionField make_option_field(Value Options::*field) {
    using Unwrapped = option_field_detail::Unwrapped<Value>;
    using Plain = typename Unwrapped::Type;
    OptionField result;
    result.assign = [field](OptionSet& set, const OptionData& data) {
        Value& target = static_cast<Options&>(set).*field;
        if constexpr (Unwrapped::optional) {
            if (std::holds_alternative<std::monostate>(data)) {
                target.reset();
                return;
            }
        }
        target = option_field_detail::from_data<Plain>(data);
    };
    result.read = [field](const OptionSet& set) -> OptionData {
        const Value& value = static_cast<const Options&>(set).*field;
        if constexpr (Unwrapped::optional) {
            if (!value) return std::monostate{};
            return option_field_detail::to_data<Plain>(*value);
        } else {
            return option_field_detail::to_data<Plain>(value);
        }
    };
    return result;
}

template <class Options, class Enum>
OptionField make_choice_field(Enum Options::*field, ChoiceList<Enum> choices) {
    OptionField result;
    result.assign = [field, choices](OptionSet& set, const OptionData& data) {
        for (const auto& [text, value] : choices) {
            if (text == std::get<std::string>(data)) static_cast<Options&>(set).*field = value;
        }
    };
    result.read = [field, choices](const OptionSet& set) -> OptionData {
        for (const auto& [text, value] : choices) {
            if (value == static_cast<const Options&>(set).*field) return std::string(text);
        }
        return std::monostate{};
    };
    return result;
}

}  // namespace laminar
