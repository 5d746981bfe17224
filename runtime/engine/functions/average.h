#pragma once

#include <cstdint>
#include <string>

namespace laminar {

/// laminar_average(sum, count): what avg makes of integers, bit by bit, from their sum (HUGEINT) and their count
/// (BIGINT). NULL for none.
inline constexpr const char* average_function = "laminar_average";
/// The same of DECIMAL, by scale: the engine cannot choose between overloads for decimals.
[[nodiscard]] inline std::string average_function_of_decimals(unsigned scale) {
    return average_function + ("_" + std::to_string(scale));
}
/// Beyond it the engine divides by what is only close to a power of ten: the largest that a double can be.
inline constexpr std::uint8_t largest_scale_of_averages = 22;

/// laminar_exact_sum(DOUBLE) and laminar_exact_sum(BLOB) add up numbers, and sums made so (BLOB), without rounding, and
/// so in any order; laminar_exact_value(BLOB) is the DOUBLE nearest to a sum. NULL of nothing but NULLs.
inline constexpr const char* exact_sum_function = "laminar_exact_sum";
inline constexpr const char* exact_value_function = "laminar_exact_value";

}  // namespace laminar
