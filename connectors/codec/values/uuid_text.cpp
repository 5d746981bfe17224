#include "connectors/codec/values/uuid_text.h"

#include "connectors/codec/values/wide_integer.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

constexpr WideUnsigned top_bit = WideUnsigned{1} << 127;

constexpr bool is_hyphen_position(std::size_t position) noexcept {
    return position == 8 || position == 13 || position == 18 || position == 23;
}

}  // namespace

std::optional<Int128> parse_uuid(std::string_view text) noexcept {
    if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
    const bool hyphens = text.size() == 36;
    if (!hyphens && text.size() != 32) return std::nullopt;
    WideUnsigned value = 0;
    for (std::size_t position = 0; position < text.size(); ++position) {
        if (hyphens && is_hyphen_position(position)) {
            if (text[position] != '-') return std::nullopt;
            continue;
        }
        const int digit = hexadecimal_digit(text[position]);
        if (digit < 0) return std::nullopt;
        value = value << 4 | static_cast<unsigned>(digit);
    }
    return to_int128(value ^ top_bit);
}

void append_uuid(std::string& out, Int128 value) {
    const WideUnsigned bits = to_wide_unsigned(value) ^ top_bit;
    for (unsigned digit = 0; digit < 32; ++digit) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20) out += '-';
        out += "0123456789abcdef"[static_cast<unsigned>(bits >> (124 - 4 * digit)) & 15U];
    }
}

}  // namespace laminar
