#include "connectors/codec/values/calendar.h"

namespace laminar {

namespace {

// Years are counted from March, so that the leap day comes last; 400 years are a full cycle.
constexpr std::int64_t days_per_cycle = 146'097;
constexpr std::int64_t days_to_epoch = 719'468;  // From 0000-03-01 to 1970-01-01.

constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) noexcept {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

}  // namespace

std::int64_t days_from_civil(const CivilDate& date) noexcept {
    const std::int64_t year = date.month > 2 ? date.year : date.year - 1;
    const std::int64_t month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
    const std::int64_t cycle = floor_divide(year, 400);
    const std::int64_t year_of_cycle = year - cycle * 400;
    const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    const std::int64_t day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    return cycle * days_per_cycle + day_of_cycle - days_to_epoch;
}

CivilDate civil_from_days(std::int64_t days) noexcept {
    const std::int64_t shifted = days + days_to_epoch;
    const std::int64_t cycle = floor_divide(shifted, days_per_cycle);
    const std::int64_t day_of_cycle = shifted - cycle * days_per_cycle;
    const std::int64_t year_of_cycle =
        (day_of_cycle - day_of_cycle / 1'460 + day_of_cycle / 36'524 - day_of_cycle / 146'096) / 365;
    const std::int64_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    CivilDate date;
    date.day = static_cast<unsigned>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    date.month = static_cast<unsigned>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    date.year = year_of_cycle + cycle * 400 + (date.month <= 2 ? 1 : 0);
    return date;
}

unsigned days_in_month(std::int64_t year, unsigned month) noexcept {
    if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace laminar
