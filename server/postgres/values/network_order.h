#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace laminar::postgres {

/// Numbers as they are in the binary format: the highest byte first.
template <class Number>
void append_number(std::string& out, Number value) {
    auto rest = static_cast<std::make_unsigned_t<Number>>(value);
    const std::size_t at = out.size();
    out.append(sizeof rest, '\0');
    for (std::size_t i = sizeof rest; i-- > 0; rest = static_cast<decltype(rest)>(rest >> 7U >> 1U))
        out[at + i] = static_cast<char>(rest);
}
inline void append_number(std::string& out, float value) { append_number(out, std::bit_cast<std::int32_t>(value)); }
inline void append_number(std::string& out, double value) { append_number(out, std::bit_cast<std::int64_t>(value)); }

/// Of exactly so many bytes.
template <class Number>
[[nodiscard]] Number read_number(std::string_view bytes) {
    std::make_unsigned_t<Number> value = 0;
    for (const char byte : bytes)
        value = static_cast<decltype(value)>(static_cast<decltype(value)>(value << 7U << 1U) |
                                             static_cast<unsigned char>(byte));
    return static_cast<Number>(value);
}

/// From 1970-01-01, where Laminar's days and microseconds begin, to 2000-01-01, where those of PostgreSQL do.
inline constexpr std::int32_t days_to_2000 = 10'957;
inline constexpr std::int64_t micros_to_2000 = std::int64_t{days_to_2000} * 86'400 * 1'000'000;

}  // namespace laminar::postgres
