#include "parser/text/interval_unit.h"

#include <algorithm>
#include <array>
#include <utility>

namespace laminar {
namespace {

constexpr auto units = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"MICROSECOND", "MICROSECONDS"},
    {"MILLISECOND", "MILLISECONDS"},
    {"SECOND", "SECONDS"},
    {"MINUTE", "MINUTES"},
    {"HOUR", "HOURS"},
    {"DAY", "DAYS"},
    {"WEEK", "WEEKS"},
    {"MONTH", "MONTHS"},
    {"QUARTER", "QUARTERS"},
    {"YEAR", "YEARS"},
    {"DECADE", "DECADES"},
    {"CENTURY", "CENTURIES"},
    {"MILLENNIUM", "MILLENNIA"},
});

bool equal_ignoring_case(std::string_view upper, std::string_view word) {
    return std::equal(upper.begin(), upper.end(), word.begin(), word.end(), [](char a, char b) {
        return a == (b >= 'a' && b <= 'z' ? static_cast<char>(b - 'a' + 'A') : b);
    });
}

}  // namespace

std::string_view interval_unit(std::string_view word) noexcept {
    for (const auto& [singular, plural] : units) {
        if (equal_ignoring_case(singular, word) || equal_ignoring_case(plural, word)) return singular;
    }
    return {};
}

}  // namespace laminar
