#include "parser/text/interval_unit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "parser/text/ascii.h"

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

}  // namespace

std::string_view interval_unit(std::string_view word) noexcept {
    for (const auto& [singular, plural] : units) {
        if (equals_ignoring_case(singular, word) || equals_ignoring_case(plural, word)) return singular;
    }
    return {};
}

}  // namespace laminar
