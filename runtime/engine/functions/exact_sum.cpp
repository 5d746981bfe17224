#include "runtime/engine/functions/exact_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "connectors/codec/values/wide_integer.h"

namespace laminar {

namespace {

constexpr std::uint64_t digit_mask = 0xFFFF'FFFF;
constexpr int bits_of_digit = 32;
constexpr int mantissa_bits = 52;
constexpr int least_exponent = -1074;
/// Each number adds less than 2^32 to a digit of 64 bits.
constexpr std::uint32_t most_pending = 1U << 30;

}  // namespace

void ExactSum::add(double value) {
    if (std::isnan(value)) {
        not_a_number_ = true;
        return;
    }
    if (std::isinf(value)) {
        (value > 0 ? plus_infinity_ : minus_infinity_) = true;
        return;
    }
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto exponent = static_cast<unsigned>((bits >> mantissa_bits) & 0x7FF);
    std::uint64_t mantissa = bits & ((std::uint64_t{1} << mantissa_bits) - 1);
    if (exponent > 0) mantissa |= std::uint64_t{1} << mantissa_bits;
    const unsigned position = exponent > 0 ? exponent - 1 : 0;
    const std::int64_t sign = std::signbit(value) ? -1 : 1;
    WideUnsigned shifted = static_cast<WideUnsigned>(mantissa) << (position % bits_of_digit);
    for (std::size_t digit = position / bits_of_digit; shifted != 0; ++digit, shifted >>= bits_of_digit)
        digits_[digit] += sign * static_cast<std::int64_t>(static_cast<std::uint64_t>(shifted) & digit_mask);
    if (++pending_ >= most_pending) carry();
}

void ExactSum::add(ExactSum other) {
    other.carry();
    carry();
    for (std::size_t digit = 0; digit < digit_count; ++digit) digits_[digit] += other.digits_[digit];
    pending_ = 2;
    plus_infinity_ = plus_infinity_ || other.plus_infinity_;
    minus_infinity_ = minus_infinity_ || other.minus_infinity_;
    not_a_number_ = not_a_number_ || other.not_a_number_;
}

/// All digits but the highest are from 0 to 2^32 - 1 afterwards; that one has the sign.
void ExactSum::carry() {
    for (std::size_t digit = 0; digit + 1 < digit_count; ++digit) {
        digits_[digit + 1] += digits_[digit] >> bits_of_digit;
        digits_[digit] &= static_cast<std::int64_t>(digit_mask);
    }
    pending_ = 0;
}

bool ExactSum::is_negative() const { return digits_.back() < 0; }

void ExactSum::negate() {
    for (std::int64_t& digit : digits_) digit = -digit;
    carry();
}

double ExactSum::value() const {
    if (not_a_number_ || (plus_infinity_ && minus_infinity_)) return std::numeric_limits<double>::quiet_NaN();
    if (plus_infinity_ || minus_infinity_)
        return plus_infinity_ ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
    ExactSum sum = *this;
    sum.carry();
    const bool negative = sum.is_negative();
    if (negative) sum.negate();
    const auto& digits = sum.digits_;
    std::size_t top = digit_count;
    while (top > 0 && digits[top - 1] == 0) --top;
    if (top == 0) return 0;
    // The highest 96 bits, and whether there is more below.
    WideUnsigned high = 0;
    for (std::size_t back = 1; back <= 3; ++back)
        high = (high << bits_of_digit) | (top >= back ? static_cast<std::uint64_t>(digits[top - back]) : 0);
    bool more = false;
    for (std::size_t digit = 0; digit + 3 < top; ++digit) more = more || digits[digit] != 0;
    const int highest_bit = 2 * bits_of_digit + std::bit_width(static_cast<std::uint64_t>(digits[top - 1])) - 1;
    // Of the number, in units of the least double, where the lowest bit of high stands.
    const int base = (static_cast<int>(top) - 3) * bits_of_digit;
    // So many bits of high are rounded away; none below the units themselves.
    const int dropped = std::max(highest_bit - mantissa_bits, -base);
    auto mantissa = static_cast<std::uint64_t>(high >> dropped);
    const WideUnsigned rest = high & ((WideUnsigned{1} << dropped) - 1);
    const WideUnsigned half = dropped > 0 ? WideUnsigned{1} << (dropped - 1) : 0;
    const bool up = dropped > 0 && (rest > half || (rest == half && (more || (mantissa & 1) != 0)));
    if (up) ++mantissa;
    const double result = std::ldexp(static_cast<double>(mantissa), base + dropped + least_exponent);
    return negative ? -result : result;
}

std::string ExactSum::bytes() const {
    ExactSum sum = *this;
    sum.carry();
    const bool negative = sum.is_negative();
    if (negative) sum.negate();
    std::size_t first = 0;
    while (first < digit_count && sum.digits_[first] == 0) ++first;
    std::size_t end = digit_count;
    while (end > first && sum.digits_[end - 1] == 0) --end;
    std::string bytes;
    bytes.push_back(static_cast<char>((negative ? 1 : 0) | (plus_infinity_ ? 2 : 0) | (minus_infinity_ ? 4 : 0) |
                                      (not_a_number_ ? 8 : 0)));
    bytes.push_back(static_cast<char>(first));
    for (std::size_t digit = first; digit < end; ++digit) {
        const auto value = static_cast<std::uint32_t>(sum.digits_[digit]);
        char text[sizeof(value)];
        std::memcpy(text, &value, sizeof(value));
        bytes.append(text, sizeof(value));
    }
    return bytes;
}

ExactSum ExactSum::from_bytes(std::string_view bytes) {
    ExactSum sum;
    if (bytes.size() < 2) return sum;
    const auto flags = static_cast<unsigned char>(bytes[0]);
    const std::size_t first = static_cast<unsigned char>(bytes[1]);
    const std::size_t count = (bytes.size() - 2) / sizeof(std::uint32_t);
    for (std::size_t index = 0; index < count && first + index < digit_count; ++index) {
        std::uint32_t value = 0;
        std::memcpy(&value, bytes.data() + 2 + index * sizeof(value), sizeof(value));
        sum.digits_[first + index] = value;
    }
    if ((flags & 1) != 0) sum.negate();
    sum.plus_infinity_ = (flags & 2) != 0;
    sum.minus_infinity_ = (flags & 4) != 0;
    sum.not_a_number_ = (flags & 8) != 0;
    return sum;
}

}  // namespace laminar
