#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/rows/column_batch.h"

namespace laminar {

/// A moment, finer than microseconds where its text was. nanos is 0..999 on top of micros.
struct Moment {
    std::int64_t micros = 0;  ///< Since 1970-01-01 00:00:00 UTC.
    std::int32_t nanos = 0;
};

/// YYYY-MM-DD (also with a sign and four to six digits of year), or infinity, -infinity. Days since 1970-01-01.
[[nodiscard]] std::optional<std::int32_t> parse_date(std::string_view text) noexcept;

/// HH:MM[:SS[.fraction]], 00:00 to 24:00. Microseconds since midnight; finer digits are cut off.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text) noexcept;

/// ISO 8601: a date, then optionally 'T' or a space and a time, then optionally Z, UTC, GMT or an offset (+HH, +HHMM,
/// +HH:MM), with or without a space before it; without an offset it is UTC. Up to nine digits of fraction count, more
/// are cut off. A leap second (:60) is the first moment of the next minute.
[[nodiscard]] std::optional<Moment> parse_timestamp(std::string_view text) noexcept;

/// Time since the epoch as a decimal number whose magnitude tells its unit: below 10^11 seconds, below 10^14
/// milliseconds, below 10^17 microseconds, else nanoseconds; or in the unit that is given. Fractions count to the
/// nanosecond.
[[nodiscard]] std::optional<Moment> parse_epoch(std::string_view number, TimeUnit unit = TimeUnit::by_size) noexcept;

/// The moment in the unit of a timestamp type (rounded towards the past); nullopt when its 64 bits cannot hold it.
[[nodiscard]] std::optional<std::int64_t> moment_in_unit(const Moment& moment, TypeId timestamp_type) noexcept;

/// YYYY-MM-DD; years outside 0 to 9999 with a sign and six digits; infinity.
void append_date(std::string& out, std::int32_t days);
/// HH:MM:SS[.fraction], without trailing zeros.
void append_time(std::string& out, std::int64_t micros);
/// Date, separator, time. value is in the unit of timestamp_type. Infinite values are infinity and -infinity, alone.
/// False for those.
bool append_timestamp(std::string& out, std::int64_t value, TypeId timestamp_type, char separator);

}  // namespace laminar
