#include "parser/text/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace laminar {

namespace {

/// Bytes of the well-formed sequence at the start of text; 0 when there is none.
std::size_t sequence_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    std::size_t length = 0;
    unsigned char lowest = 0x80;  // Bounds of the second byte rule out overlong forms and surrogates.
    unsigned char highest = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) lowest = 0xA0;
        if (lead == 0xED) highest = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) lowest = 0x90;
        if (lead == 0xF4) highest = 0x8F;
    }
    if (length == 0 || text.size() < length || byte(1) < lowest || byte(1) > highest) return 0;
    for (std::size_t at = 2; at < length; ++at) {
        if ((byte(at) & 0xC0U) != 0x80) return 0;
    }
    return length;
}

constexpr DecodedCodePoint not_utf8{0xFFFD, 1};

}  // namespace

DecodedCodePoint decode_code_point(std::string_view text) noexcept {
    const std::size_t length = sequence_length(text);
    if (length == 0) return not_utf8;
    if (length == 1) return {static_cast<unsigned char>(text[0]), 1};
    char32_t value = static_cast<unsigned char>(text[0]) & (0x7FU >> length);
    for (std::size_t at = 1; at < length; ++at) value = (value << 6) | (static_cast<unsigned char>(text[at]) & 0x3FU);
    return {value, length};
}

void append_code_point(std::string& out, char32_t code_point) {
    const auto append = [&](char32_t byte) { out += static_cast<char>(byte); };
    if (code_point < 0x80) return append(code_point);
    if (code_point < 0x800) {
        append(0xC0 | code_point >> 6);
    } else {
        if (code_point < 0x10000) {
            append(0xE0 | code_point >> 12);
        } else {
            append(0xF0 | code_point >> 18);
            append(0x80 | (code_point >> 12 & 0x3F));
        }
        append(0x80 | (code_point >> 6 & 0x3F));
    }
    append(0x80 | (code_point & 0x3F));
}

namespace {

/// Where the ASCII characters end that stand from at on.
std::size_t skip_ascii(std::string_view text, std::size_t at) noexcept {
#ifdef __SSE2__
    constexpr std::size_t block = sizeof(__m128i);
    const auto others_at = [&](std::size_t begin) {
        return static_cast<unsigned>(
            _mm_movemask_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + begin))));
    };
    for (; text.size() - at >= block; at += block) {
        if (const unsigned others = others_at(at); others != 0)
            return at + static_cast<unsigned>(__builtin_ctz(others));
    }
    if (at < text.size() && text.size() >= block) {
        // The rest along with bytes that have been looked at already.
        const unsigned others = others_at(text.size() - block) >> (block - (text.size() - at));
        return others == 0 ? text.size() : at + static_cast<unsigned>(__builtin_ctz(others));
    }
#endif
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
    return at;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) noexcept {
    std::size_t at = skip_ascii(text, 0);
    while (at < text.size()) {
        const std::size_t length = sequence_length(text.substr(at));
        if (length == 0) return at;
        at = skip_ascii(text, at + length);
    }
    return std::string_view::npos;
}

CopiedText copy_text(std::string_view text, char* target) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101ULL;
    constexpr std::uint64_t high_bits = ones * 0x80;
    constexpr std::uint64_t backslashes = ones * '\\';
    std::size_t at = 0;
    CopiedText copied;
#ifdef __SSE2__
    __m128i seen_blocks = _mm_setzero_si128();
    __m128i equal_blocks = _mm_setzero_si128();
    const auto take = [&](std::size_t begin) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + begin));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(target + begin), block);
        seen_blocks = _mm_or_si128(seen_blocks, block);
        equal_blocks = _mm_or_si128(equal_blocks, _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
    };
    if (text.size() >= sizeof(__m128i)) {
        for (; text.size() - at >= sizeof(__m128i); at += sizeof(__m128i)) take(at);
        // The rest along with bytes that have been copied already.
        take(text.size() - sizeof(__m128i));
        at = text.size();
    }
    copied.is_ascii = _mm_movemask_epi8(seen_blocks) == 0;
    copied.has_backslash = _mm_movemask_epi8(equal_blocks) != 0;
#endif
    std::uint64_t seen = 0;
    std::uint64_t zeros = 0;  // A high bit where a byte was a backslash, or (never wrongly none) one above such.
    while (at < text.size()) {
        const std::size_t size = std::min(text.size() - at, sizeof(std::uint64_t));
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, size);
        std::memcpy(target + at, &word, size);
        seen |= word;
        const std::uint64_t differences = word ^ backslashes;
        zeros |= (differences - ones) & ~differences;
        at += size;
    }
    copied.is_ascii = copied.is_ascii && (seen & high_bits) == 0;
    copied.has_backslash = copied.has_backslash || (zeros & high_bits) != 0;
    return copied;
}

std::string with_valid_utf8(std::string_view text) {
    std::string valid;
    while (!text.empty()) {
        const std::size_t size = std::min(find_invalid_utf8(text), text.size());
        valid += text.substr(0, size);
        text.remove_prefix(size);
        if (text.empty()) break;
        valid += "\xEF\xBF\xBD";
        text.remove_prefix(1);
    }
    return valid;
}

std::string quote_excerpt(std::string_view text, std::size_t limit) {
    std::string out = "\"";
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = sequence_length(text.substr(at));
        if (at + (length == 0 ? 1 : length) > limit) break;
        const char character = text[at];
        if (length == 0 || (length == 1 && (static_cast<unsigned char>(character) < 0x20 || character == 0x7F))) {
            switch (character) {
                case '\n':
                    out += "\\n";
                    break;
                case '\r':
                    out += "\\r";
                    break;
                case '\t':
                    out += "\\t";
                    break;
                default:
                    out += fmt::format("\\x{:02X}", static_cast<unsigned char>(character));
            }
        } else {
            if (character == '"' || character == '\\') out += '\\';
            out += text.substr(at, length);
        }
        at += length == 0 ? 1 : length;
    }
    out += '"';
    if (at < text.size()) out += "...";
    return out;
}

}  // namespace laminar
