#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace laminar {

/// The sum of floating-point numbers without any rounding, and so in any order: a number of fixed point that is wide
/// enough for all of them. Not thread-safe.
class ExactSum {
public:
    void add(double value);
    void add(ExactSum other);
    /// The nearest double, ties to even; infinite where it is too large, NaN where NaN or both infinities came.
    [[nodiscard]] double value() const;

    /// Bytes from which the same sum can be made; a few for numbers of common size.
    [[nodiscard]] std::string bytes() const;
    /// What is not made by bytes() is the sum of nothing.
    [[nodiscard]] static ExactSum from_bytes(std::string_view bytes);

private:
    static constexpr std::size_t digit_count = 68;  ///< 2,176 bits: from 2^-1074 to far beyond the largest double.

    void carry();
    [[nodiscard]] bool is_negative() const;
    void negate();

    /// In units of 2^-1074, 32 bits each, the lowest first; they may be negative or larger until carry().
    std::array<std::int64_t, digit_count> digits_{};
    std::uint32_t pending_ = 0;  ///< Numbers added since carry().
    bool plus_infinity_ = false;
    bool minus_infinity_ = false;
    bool not_a_number_ = false;
};

}  // namespace laminar
