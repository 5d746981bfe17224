#include "connectors/codec/values/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "parser/text/ascii.h"

namespace laminar {

namespace {

/// Reads [+-]digits. Saturates far beyond any exponent that matters. False when there are no digits.
bool parse_exponent(std::string_view text, std::int64_t& exponent) noexcept {
    constexpr std::int64_t limit = 1'000'000;
    bool negative = false;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return false;
    for (const char character : text) exponent = std::min(exponent * 10 + (character - '0'), limit);
    if (negative) exponent = -exponent;
    return true;
}

bool multiply_add(WideUnsigned& value, unsigned digit) noexcept {
    constexpr WideUnsigned largest = ~WideUnsigned{0};
    if (value > largest / 10) return false;
    value *= 10;
    if (value > largest - digit) return false;
    value += digit;
    return true;
}

}  // namespace

ScaledNumber parse_scaled_number(std::string_view text, unsigned scale) noexcept {
    ScaledNumber result;
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        result.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    std::int64_t exponent = 0;
    if (const std::size_t mark = text.find_first_of("eE"); mark != std::string_view::npos) {
        if (!parse_exponent(text.substr(mark + 1), exponent)) return result;
        text = text.substr(0, mark);
    }
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    if (whole.empty() && fraction.empty()) return result;
    if (!std::all_of(whole.begin(), whole.end(), is_digit)) return result;
    if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return result;

    // Digits up to this position, counted from the first, belong to the scaled integer; the next one decides rounding.
    const std::int64_t kept = static_cast<std::int64_t>(whole.size()) + exponent + scale;
    const auto digits = static_cast<std::int64_t>(whole.size() + fraction.size());
    std::uint64_t small = 0;  // The first 18 significant digits need no 128-bit arithmetic.
    bool is_small = true;
    bool round_up = false;
    result.fit = NumberFit::exact;
    for (std::int64_t position = 0; position < digits; ++position) {
        const auto at = static_cast<std::size_t>(position);
        const auto digit = static_cast<unsigned>((at < whole.size() ? whole[at] : fraction[at - whole.size()]) - '0');
        if (position >= kept) {
            if (digit != 0) result.fit = NumberFit::rounded;
            if (position == kept) round_up = digit >= 5;
        } else if (is_small && small < 100'000'000'000'000'000ULL) {
            small = small * 10 + digit;
        } else {
            if (is_small) result.magnitude = small;
            is_small = false;
            if (!multiply_add(result.magnitude, digit)) {
                result.fit = NumberFit::out_of_range;
                return result;
            }
        }
    }
    if (is_small) result.magnitude = small;
    for (std::int64_t position = digits; position < kept && result.magnitude != 0; ++position) {
        if (!multiply_add(result.magnitude, 0)) {
            result.fit = NumberFit::out_of_range;
            return result;
        }
    }
    if (round_up && ++result.magnitude == 0) result.fit = NumberFit::out_of_range;
    return result;
}

WideUnsigned power_of_ten(unsigned exponent) noexcept {
    static constexpr auto powers = [] {
        std::array<WideUnsigned, 39> table{};
        table[0] = 1;
        for (std::size_t at = 1; at < table.size(); ++at) table[at] = table[at - 1] * 10;
        return table;
    }();
    return powers[std::min<std::size_t>(exponent, powers.size() - 1)];
}

void append_unsigned(std::string& out, WideUnsigned value) {
    std::array<char, 40> digits;
    std::size_t begin = digits.size();
    // Division of 128 bits is slow; most values need little or none of it.
    while (value > std::numeric_limits<std::uint64_t>::max()) {
        digits[--begin] = static_cast<char>('0' + static_cast<unsigned>(value % 10));
        value /= 10;
    }
    auto rest = static_cast<std::uint64_t>(value);
    do {
        digits[--begin] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    out.append(digits.data() + begin, digits.size() - begin);
}

void append_integer(std::string& out, WideInteger value) {
    if (value < 0) out += '-';
    append_unsigned(out,
                    value < 0 ? WideUnsigned{0} - static_cast<WideUnsigned>(value) : static_cast<WideUnsigned>(value));
}

void append_decimal(std::string& out, WideInteger value, unsigned scale) {
    if (scale == 0) return append_integer(out, value);
    if (value < 0) out += '-';
    const WideUnsigned magnitude =
        value < 0 ? WideUnsigned{0} - static_cast<WideUnsigned>(value) : static_cast<WideUnsigned>(value);
    append_unsigned(out, magnitude / power_of_ten(scale));
    out += '.';
    const std::size_t begin = out.size();
    append_unsigned(out, magnitude % power_of_ten(scale));
    out.insert(begin, scale - (out.size() - begin), '0');
}

namespace {

/// digits times 10^exponent, with neither leading nor trailing zeros.
struct PlainNumber {
    bool negative = false;
    std::string digits;
    std::int64_t exponent = 0;

    [[nodiscard]] bool operator==(const PlainNumber&) const = default;
};

PlainNumber plain_number(std::string_view text) {
    PlainNumber number;
    number.negative = text.starts_with('-');
    bool is_fraction = false;
    std::size_t at = number.negative ? 1 : 0;
    for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
        if (text[at] == '.') {
            is_fraction = true;
            continue;
        }
        number.exponent -= is_fraction ? 1 : 0;
        if (text[at] != '0' || !number.digits.empty()) number.digits += text[at];
    }
    if (at + 1 < text.size()) {
        if (text[++at] == '+') ++at;
        std::int64_t exponent = 0;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
        constexpr std::int64_t bound = 1'000'000'000'000;  // Beyond any that digits can make up for.
        if (error == std::errc::result_out_of_range) exponent = text[at] == '-' ? -bound : bound;
        number.exponent += std::clamp(exponent, -bound, bound);
    }
    while (number.digits.ends_with('0')) {
        number.digits.pop_back();
        ++number.exponent;
    }
    return number.digits.empty() ? PlainNumber{} : number;
}

}  // namespace

bool is_same_number(std::string_view a, std::string_view b) { return a == b || plain_number(a) == plain_number(b); }

std::string canonical_number(std::string_view text) {
    const PlainNumber number = plain_number(text);
    std::string canonical = number.negative ? "-" : "";
    canonical += number.digits.empty() ? "0" : number.digits;
    return canonical + 'e' + std::to_string(number.exponent);
}

namespace {

template <class Float>
void append_shortest(std::string& out, Float value) {
    std::array<char, 64> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    out += text;
    if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

}  // namespace

void append_float(std::string& out, double value) { append_shortest(out, value); }
void append_float(std::string& out, float value) { append_shortest(out, value); }

}  // namespace laminar
