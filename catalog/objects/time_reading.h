#pragma once

#include <cstdint>
#include <string>

namespace laminar {

/// What numbers of a column of times count, since the epoch.
enum class TimeUnit : std::uint8_t {
    by_size,  ///< Each number tells by how large it is.
    seconds,
    milliseconds,
    microseconds,
    nanoseconds
};

/// How the values of a column of times are written in messages.
struct TimeReading {
    TimeUnit unit = TimeUnit::by_size;
    std::string format;  ///< Of texts, with the letters of strptime; empty: ISO 8601.

    [[nodiscard]] bool is_default() const noexcept { return unit == TimeUnit::by_size && format.empty(); }
};

}  // namespace laminar
