#include "parser/text/interval_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "parser/text/ascii.h"

namespace laminar {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t microseconds;
};

// The first of each length is the one to write.
constexpr std::array<Unit, 23> units{{
    {"week", 604'800'000'000},
    {"w", 604'800'000'000},
    {"day", 86'400'000'000},
    {"d", 86'400'000'000},
    {"hour", 3'600'000'000},
    {"h", 3'600'000'000},
    {"hr", 3'600'000'000},
    {"minute", 60'000'000},
    {"m", 60'000'000},
    {"min", 60'000'000},
    {"second", 1'000'000},
    {"s", 1'000'000},
    {"sec", 1'000'000},
    {"millisecond", 1'000},
    {"ms", 1'000},
    {"msec", 1'000},
    {"microsecond", 1},
    {"us", 1},
    {"usec", 1},
    {"hours", 3'600'000'000},
    {"mins", 60'000'000},
    {"secs", 1'000'000},
    {"days", 86'400'000'000},
}};

std::optional<std::int64_t> unit_length(std::string_view word) {
    for (const Unit& unit : units) {
        if (equals_ignoring_case(word, unit.name)) return unit.microseconds;
    }
    // Plurals of the full words.
    if (word.size() > 3 && (word.back() == 's' || word.back() == 'S')) {
        word.remove_suffix(1);
        for (const Unit& unit : units) {
            if (unit.name.size() > 3 && equals_ignoring_case(word, unit.name)) return unit.microseconds;
        }
    }
    return std::nullopt;
}

bool is_space(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

void skip_spaces(std::string_view& text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

std::optional<double> take_number(std::string_view& text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    double value = 0;
    const auto [end, failure] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (failure != std::errc() || !std::isfinite(value)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::string_view take_word(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && is_letter(text[length])) ++length;
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(length);
    return word;
}

/// The rest of hh:mm[:ss[.fraction]] after its hours; the sign is that of the hours.
std::optional<double> take_clock(std::string_view& text, double hours, bool negative) {
    double seconds = std::abs(hours) * 3600;
    for (const double scale : {60.0, 1.0}) {
        if (text.empty() || text.front() != ':') break;
        text.remove_prefix(1);
        const std::optional<double> part = take_number(text);
        if (!part || *part < 0 || *part >= 60) return std::nullopt;
        seconds += *part * scale;
    }
    return (negative ? -seconds : seconds) * 1e6;
}

}  // namespace

std::optional<std::chrono::microseconds> parse_fixed_interval(std::string_view text, std::string_view unit) {
    double total = 0;
    bool any = false;
    skip_spaces(text);
    while (!text.empty()) {
        const bool negative = text.front() == '-';
        const std::optional<double> number = take_number(text);
        if (!number) return std::nullopt;
        if (!text.empty() && text.front() == ':') {
            const std::optional<double> clock = take_clock(text, *number, negative);
            if (!clock) return std::nullopt;
            total += *clock;
        } else {
            skip_spaces(text);
            std::string_view word = take_word(text);
            if (word.empty()) word = unit;
            const std::optional<std::int64_t> length = unit_length(word);
            if (!length) return std::nullopt;
            total += *number * static_cast<double>(*length);
        }
        any = true;
        skip_spaces(text);
    }
    // 2^53 microseconds are 285 years: beyond, doubles skip values, and nobody waits so long.
    if (!any || std::abs(total) > 9'007'199'254'740'992.0) return std::nullopt;
    return std::chrono::microseconds(std::llround(total));
}

std::string interval_text(std::chrono::microseconds interval) {
    const std::int64_t count = interval.count();
    if (count == 0) return "0 seconds";
    for (const Unit& unit : units) {
        if (count % unit.microseconds != 0) continue;
        const std::int64_t amount = count / unit.microseconds;
        return fmt::format("{} {}{}", amount, unit.name, amount == 1 ? "" : "s");
    }
    return fmt::format("{} microseconds", count);
}

}  // namespace laminar
