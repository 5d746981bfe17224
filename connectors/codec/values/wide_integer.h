#pragma once

#include "connectors/rows/column_batch.h"

namespace laminar {

__extension__ typedef __int128 WideInteger;
__extension__ typedef unsigned __int128 WideUnsigned;

[[nodiscard]] constexpr Int128 to_int128(WideInteger value) noexcept {
    return {static_cast<std::uint64_t>(value), static_cast<std::int64_t>(value >> 64)};
}
[[nodiscard]] constexpr Int128 to_int128(WideUnsigned value) noexcept {
    return {static_cast<std::uint64_t>(value), static_cast<std::int64_t>(value >> 64)};
}
[[nodiscard]] constexpr WideUnsigned to_wide_unsigned(Int128 value) noexcept {
    return (static_cast<WideUnsigned>(static_cast<std::uint64_t>(value.upper)) << 64) | value.lower;
}
[[nodiscard]] constexpr WideInteger to_wide_integer(Int128 value) noexcept {
    return static_cast<WideInteger>(to_wide_unsigned(value));
}

}  // namespace laminar
