#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/column_type.h"
#include "connectors/codec/values/wide_integer.h"

namespace laminar {

/// A function laminar_average...(sum, count): what avg makes of exact numbers, bit by bit, from their sum and their
/// count (BIGINT). NULL for none. There is one for each way in which the engine divides: it cannot choose between
/// overloads for decimals, and divides sums of numbers of 16 bits as DOUBLE, all others with the precision of long
/// double.
struct AverageFunction {
    std::string name;
    ColumnType sum;  ///< HUGEINT, or DECIMAL of 38 digits.
    double one = 1;  ///< What one is in the sum: a power of ten for DECIMAL.
    bool is_short = false;

    /// count: not 0.
    [[nodiscard]] double of(WideInteger sum_of_all, std::int64_t count) const noexcept;
};

/// All of them.
[[nodiscard]] const std::vector<AverageFunction>& average_functions();
/// Null where none is called so.
[[nodiscard]] const AverageFunction* find_average_function(std::string_view name);
/// The one for averages of numbers of a type: whole ones, or DECIMAL of at most largest_scale_of_averages.
[[nodiscard]] const std::string& average_function_of(const ColumnType& type);
/// Beyond it the engine divides by what is only close to a power of ten: the largest that a double can be.
inline constexpr std::uint8_t largest_scale_of_averages = 22;

/// laminar_exact_sum(DOUBLE) and laminar_exact_sum(BLOB) add up numbers, and sums made so (BLOB), without rounding, and
/// so in any order; laminar_exact_value(BLOB) is the DOUBLE nearest to a sum. NULL of nothing but NULLs.
inline constexpr const char* exact_sum_function = "laminar_exact_sum";
inline constexpr const char* exact_value_function = "laminar_exact_value";

}  // namespace laminar
