#include "connectors/codec/values/interval_text.h"

#include <algorithm>
#include <array>
#include <limits>

#include "connectors/codec/values/calendar.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/codec/values/time_text.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

constexpr std::size_t longest_interval_text = 256;

enum class UnitKind : std::uint8_t { months, days, micros };

struct Unit {
    std::string_view name;
    UnitKind kind;
    std::int64_t factor;
};

constexpr std::array units = {
    Unit{"y", UnitKind::months, 12},
    Unit{"year", UnitKind::months, 12},
    Unit{"yr", UnitKind::months, 12},
    Unit{"quarter", UnitKind::months, 3},
    Unit{"mon", UnitKind::months, 1},
    Unit{"month", UnitKind::months, 1},
    Unit{"w", UnitKind::days, 7},
    Unit{"week", UnitKind::days, 7},
    Unit{"d", UnitKind::days, 1},
    Unit{"day", UnitKind::days, 1},
    Unit{"h", UnitKind::micros, 3'600'000'000},
    Unit{"hr", UnitKind::micros, 3'600'000'000},
    Unit{"hour", UnitKind::micros, 3'600'000'000},
    Unit{"m", UnitKind::micros, 60'000'000},
    Unit{"min", UnitKind::micros, 60'000'000},
    Unit{"minute", UnitKind::micros, 60'000'000},
    Unit{"s", UnitKind::micros, 1'000'000},
    Unit{"sec", UnitKind::micros, 1'000'000},
    Unit{"second", UnitKind::micros, 1'000'000},
    Unit{"ms", UnitKind::micros, 1'000},
    Unit{"msec", UnitKind::micros, 1'000},
    Unit{"millisecond", UnitKind::micros, 1'000},
    Unit{"us", UnitKind::micros, 1},
    Unit{"usec", UnitKind::micros, 1},
    Unit{"microsecond", UnitKind::micros, 1},
};

const Unit* find_unit(std::string_view name) noexcept {
    for (const Unit& unit : units) {
        if (equals_ignoring_case(name, unit.name)) return &unit;
        if (unit.name.size() > 2 && name.size() == unit.name.size() + 1 && to_lower(name.back()) == 's' &&
            equals_ignoring_case(name.substr(0, name.size() - 1), unit.name))
            return &unit;
    }
    return nullptr;
}

template <class T>
bool add(T& target, WideInteger amount) noexcept {
    const WideInteger sum = target + amount;
    if (sum < std::numeric_limits<T>::min() || sum > std::numeric_limits<T>::max()) return false;
    target = static_cast<T>(sum);
    return true;
}

bool add_amount(IntervalValue& value, std::string_view number, UnitKind kind, std::int64_t factor) noexcept {
    const ScaledNumber millionths = parse_scaled_number(number, 6);
    if (millionths.fit == NumberFit::not_a_number || millionths.fit == NumberFit::out_of_range) return false;
    if (millionths.magnitude > power_of_ten(26)) return false;
    WideInteger amount = static_cast<WideInteger>(millionths.magnitude) * factor;
    if (millionths.negative) amount = -amount;
    const WideInteger whole = amount / 1'000'000;
    const WideInteger rest = amount % 1'000'000;
    switch (kind) {
        case UnitKind::months:
            return rest == 0 && add(value.months, whole);
        case UnitKind::days:
            return add(value.days, whole) && add(value.micros, rest * (micros_per_day / 1'000'000));
        case UnitKind::micros:
            return add(value.micros, whole);
    }
    return false;
}

constexpr bool is_number_character(char character) noexcept {
    return is_digit(character) || character == '.' || character == '-' || character == '+';
}

std::string_view take_while(std::string_view& text, bool number) noexcept {
    std::size_t end = 0;
    while (end < text.size() && text[end] != ' ' && is_number_character(text[end]) == number) ++end;
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end);
    return taken;
}

void skip_spaces(std::string_view& text) noexcept {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

/// [-]H+:MM:SS[.fraction]; hours beyond a day are allowed.
bool add_clock(IntervalValue& value, std::string_view text) noexcept {
    bool negative = false;
    if (text.starts_with('-') || text.starts_with('+')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    const std::size_t colon = text.find(':');
    const ScaledNumber hours = parse_scaled_number(text.substr(0, colon), 0);
    if (colon == 0 || colon > 9 || hours.fit != NumberFit::exact) return false;
    std::string rest("00:");
    rest += text.substr(colon + 1);
    const std::optional<std::int64_t> micros = parse_time(rest);
    if (!micros) return false;
    const WideInteger total = static_cast<WideInteger>(hours.magnitude) * 3'600'000'000 + *micros;
    return add(value.micros, negative ? -total : total);
}

std::optional<IntervalValue> parse_duration(std::string_view text) noexcept {
    IntervalValue value;
    bool in_time = false;
    bool any = false;
    while (!text.empty()) {
        if (!in_time && to_lower(text.front()) == 't') {
            in_time = true;
            text.remove_prefix(1);
            if (text.empty()) return std::nullopt;
            continue;
        }
        const std::string_view number = take_while(text, true);
        if (number.empty() || text.empty()) return std::nullopt;
        const char designator = to_lower(text.front());
        text.remove_prefix(1);
        const std::string_view name(&designator, 1);
        const bool is_time_unit = name == "h" || name == "m" || name == "s";
        if (!in_time && name == "m") {
            if (!add_amount(value, number, UnitKind::months, 1)) return std::nullopt;
        } else {
            const Unit* unit = find_unit(name);
            if (unit == nullptr || is_time_unit != in_time) return std::nullopt;
            if (!add_amount(value, number, unit->kind, unit->factor)) return std::nullopt;
        }
        any = true;
    }
    if (!any) return std::nullopt;
    return value;
}

void append_count(std::string& out, std::int32_t count, std::string_view unit) {
    if (count == 0) return;
    if (!out.empty() && out.back() != ' ') out += ' ';
    append_integer(out, count);
    out += ' ';
    out += unit;
    if (count != 1 && count != -1) out += 's';
}

}  // namespace

std::optional<IntervalValue> parse_interval(std::string_view text) noexcept {
    skip_spaces(text);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    if (text.empty() || text.size() > longest_interval_text) return std::nullopt;
    if (to_lower(text.front()) == 'p') return parse_duration(text.substr(1));

    IntervalValue value;
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        if (colon != std::string_view::npos && text.find(' ') == std::string_view::npos) {
            if (!add_clock(value, text)) return std::nullopt;
            break;
        }
        const std::string_view number = take_while(text, true);
        skip_spaces(text);
        const Unit* unit = find_unit(take_while(text, false));
        if (number.empty() || unit == nullptr) return std::nullopt;
        if (!add_amount(value, number, unit->kind, unit->factor)) return std::nullopt;
        skip_spaces(text);
    }
    return value;
}

void append_interval(std::string& out, const IntervalValue& value) {
    std::string text;
    append_count(text, value.months / 12, "year");
    append_count(text, value.months % 12, "month");
    append_count(text, value.days, "day");
    if (value.micros != 0 || text.empty()) {
        if (!text.empty()) text += ' ';
        if (value.micros < 0) text += '-';
        const auto magnitude = value.micros < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value.micros)
                                                : static_cast<std::uint64_t>(value.micros);
        // Hours may exceed a day; all of them are shown, since days are not always 24 hours long.
        std::string clock;
        append_time(clock, static_cast<std::int64_t>(
                               std::min<std::uint64_t>(magnitude, std::numeric_limits<std::int64_t>::max())));
        text += clock;
    }
    out += text;
}

}  // namespace laminar
