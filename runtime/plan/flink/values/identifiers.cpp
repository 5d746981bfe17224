#include "runtime/plan/flink/values/identifiers.h"

#include <fmt/format.h>

namespace laminar::flink {

namespace {

std::string quoted(std::string_view text, char quote) {
    std::string result(1, quote);
    for (const char byte : text) {
        result += byte;
        if (byte == quote) result += byte;
    }
    return result + quote;
}

/// The leading field of an interval has two digits unless it says otherwise.
constexpr std::int64_t largest_short_field = 99;
constexpr std::int64_t most_days = 999'999;

}  // namespace

std::string quoted_name(std::string_view name) { return quoted(name, '`'); }

std::string quoted_text(std::string_view text) { return quoted(text, '\''); }

std::optional<std::string> interval_literal(std::chrono::microseconds length) {
    using std::chrono::milliseconds;
    const auto whole = std::chrono::duration_cast<milliseconds>(length);
    if (whole != length || whole.count() < 0) return std::nullopt;
    const std::int64_t count = whole.count();
    struct Unit {
        std::int64_t length;
        const char* name;
    };
    constexpr Unit units[] = {{86'400'000, "DAY"}, {3'600'000, "HOUR"}, {60'000, "MINUTE"}, {1'000, "SECOND"}};
    for (const Unit& unit : units) {
        if (count % unit.length == 0 && count >= unit.length && count / unit.length <= largest_short_field)
            return fmt::format("INTERVAL '{}' {}", count / unit.length, unit.name);
    }
    if (count <= largest_short_field * 1'000)
        return fmt::format("INTERVAL '{}.{:03}' SECOND", count / 1'000, count % 1'000);
    const std::int64_t days = count / 86'400'000;
    if (days > most_days) return std::nullopt;
    return fmt::format("INTERVAL '{} {:02}:{:02}:{:02}.{:03}' DAY(6) TO SECOND(3)", days, count / 3'600'000 % 24,
                       count / 60'000 % 60, count / 1'000 % 60, count % 1'000);
}

}  // namespace laminar::flink
