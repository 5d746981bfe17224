#pragma once

#include <cstdint>
#include <limits>

namespace laminar {

inline constexpr std::int64_t micros_per_second = 1'000'000;
inline constexpr std::int64_t micros_per_day = 86'400 * micros_per_second;

/// What DuckDB stores for the dates and timestamps before and after all others.
inline constexpr std::int32_t infinite_date = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t infinite_timestamp = std::numeric_limits<std::int64_t>::max();

struct CivilDate {
    std::int64_t year = 1970;  ///< Astronomical: 0 is 1 BC.
    unsigned month = 1;
    unsigned day = 1;
};

/// Days since 1970-01-01 in the proleptic Gregorian calendar, and back.
[[nodiscard]] std::int64_t days_from_civil(const CivilDate& date) noexcept;
[[nodiscard]] CivilDate civil_from_days(std::int64_t days) noexcept;
[[nodiscard]] unsigned days_in_month(std::int64_t year, unsigned month) noexcept;

}  // namespace laminar
