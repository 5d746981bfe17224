#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/codec/values/wide_integer.h"

namespace laminar {

enum class NumberFit : std::uint8_t {
    exact,
    rounded,       ///< Digits beyond the scale were not all zero; rounded half away from zero.
    out_of_range,  ///< More than 128 bits.
    not_a_number
};

struct ScaledNumber {
    WideUnsigned magnitude = 0;
    bool negative = false;
    NumberFit fit = NumberFit::not_a_number;
};

/// A decimal number ([+-]digits[.digits][e[+-]digits]) times 10^scale as an integer, without going through binary
/// floating point.
[[nodiscard]] ScaledNumber parse_scaled_number(std::string_view text, unsigned scale) noexcept;

/// Whether two JSON numbers are the same number: 1, 1.0 and 10e-1 are.
[[nodiscard]] bool is_same_number(std::string_view a, std::string_view b);
/// The text that all spellings of a JSON number have in common, exact to the last digit: 15e-1 of 1.50, 0e0 of -0.0.
[[nodiscard]] std::string canonical_number(std::string_view text);

/// 10^exponent for exponents up to 38.
[[nodiscard]] WideUnsigned power_of_ten(unsigned exponent) noexcept;

void append_integer(std::string& out, WideInteger value);
void append_unsigned(std::string& out, WideUnsigned value);
/// value / 10^scale with all digits of the scale: 12.50.
void append_decimal(std::string& out, WideInteger value, unsigned scale);
/// The shortest text that reads back as the same value; always with a fraction or exponent (1.0). The value is finite.
void append_float(std::string& out, double value);
void append_float(std::string& out, float value);

}  // namespace laminar
