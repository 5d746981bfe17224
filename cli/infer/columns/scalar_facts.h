#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/time_reading.h"

namespace laminar {

/// What has been seen of numbers, exactly.
struct NumberFacts {
    std::uint64_t count = 0;
    std::size_t integer_digits = 0;  ///< At most, without leading zeros.
    std::size_t scale = 0;           ///< Digits behind the point, at most.
    std::size_t digits = 0;          ///< Significant ones, at most.
    bool has_fraction = false;
    bool has_exponent = false;
    bool has_leading_zero = false;  ///< 007: digits that are no number.
    bool fits_bigint = true;
    bool fits_unsigned_bigint = true;
    bool is_finite = true;  ///< As DOUBLE.

    /// False where the text is no number, which then does not count.
    bool add(std::string_view text);
};

/// Of values that may be times, how they lie.
struct TimeFacts {
    std::uint64_t count = 0;
    std::int64_t earliest = 0;  ///< Microseconds since the epoch, as all of these.
    std::int64_t latest = 0;
    std::int64_t most_out_of_order = 0;  ///< How far a value was behind the latest before it.
    std::uint64_t with_arrival = 0;      ///< Values of messages of which is known when they came.
    std::uint64_t near_arrival = 0;      ///< Values within two days of when their message came.

    void add(std::int64_t time, std::int64_t received_at);
};

/// What has been seen of the scalars at one place.
struct ScalarFacts {
    std::uint64_t booleans = 0;
    std::uint64_t texts = 0;
    NumberFacts numbers;
    NumberFacts text_numbers;  ///< Numbers in texts.
    std::uint64_t hexadecimal_texts = 0;
    std::size_t hexadecimal_digits = 0;
    std::uint64_t boolean_texts = 0;
    std::uint64_t json_texts = 0;  ///< Objects and arrays as a text.
    std::uint64_t dates = 0;       ///< ISO 8601, as the next.
    TimeFacts iso_times;
    std::array<TimeFacts, 5> epochs;  ///< By TimeUnit: numbers, in texts or not, whose size is of that unit.
    std::uint64_t epoch_fractions = 0;
    std::uint64_t zeros = 0;
    std::vector<TimeFacts> formatted;  ///< By time_formats().

    std::string example;                ///< The first, as JSON has it, cut.
    std::vector<std::string> distinct;  ///< The first few that differ.
    bool has_more = false;              ///< Than those.

    /// text: a scalar as JSON has it, not null.
    void add(std::string_view text, std::int64_t received_at);

    [[nodiscard]] std::uint64_t count() const noexcept { return booleans + texts + numbers.count; }

private:
    void add_text(std::string_view content, std::int64_t received_at);
    void add_number_as_time(std::string_view text, std::int64_t received_at);
    void remember(std::string_view text);
};

/// How feeds write times beside ISO 8601, with the letters of time_format.
[[nodiscard]] const std::vector<std::string>& time_formats();

}  // namespace laminar
