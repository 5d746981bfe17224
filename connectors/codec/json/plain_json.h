#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/text/ascii.h"
#include "parser/text/same_bytes.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace laminar {

/// What a quick look at a whole text tells.
struct PlainText {
    bool is_plain = true;  ///< No backslash, and no control character: strings of JSON are what they look like.
    bool is_ascii = true;
};
[[nodiscard]] PlainText look_at_plain_text(std::string_view text) noexcept;

/// Takes JSON (RFC 8259) from the front of a plain text in UTF-8, value by value. Everything that it takes is valid; it
/// does not take everything that is: numbers with an exponent are left to who reads them with care, and so is deep
/// nesting. Borrows the text.
class PlainJson {
public:
    enum class Kind : std::uint8_t { none, string, number, boolean, null, container };
    struct Value {
        Kind kind = Kind::none;
        std::string_view text;  ///< As it is written; of a string, what is between its quotes.
    };

    explicit PlainJson(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

    [[nodiscard]] bool is_at_end() const noexcept { return at_ == end_; }
    /// False, and nothing is taken: other text follows.
    [[nodiscard]] bool take(std::string_view expected) noexcept {
        if (left() < expected.size() || !begins_with(expected)) return false;
        at_ += expected.size();
        return true;
    }
    /// Of kind none when no value that it can take follows.
    [[nodiscard]] Value take_value() noexcept;

private:
    /// Longer ones, and those with an exponent, may be beyond all types.
    static constexpr std::ptrdiff_t longest_number = 64;

    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    /// There are that many bytes.
    [[nodiscard]] bool begins_with(std::string_view expected) const noexcept {
        return same_bytes(at_, expected.data(), expected.size());
    }
    [[nodiscard]] Value take_string() noexcept;
    [[nodiscard]] Value take_number() noexcept;
    [[nodiscard]] Value take_word(std::string_view word, Kind kind) noexcept;
    [[nodiscard]] Value take_container() noexcept;
    bool take_elements(bool is_object, unsigned depth) noexcept;
    bool skip_space() noexcept;

    const char* at_;
    const char* end_;
};

// Here, so that the compiler sees them together with whoever asks for each value.

inline PlainJson::Value PlainJson::take_value() noexcept {
    if (at_ == end_) return {};
    switch (*at_) {
        case '"':
            return take_string();
        case 't':
            return take_word("true", Kind::boolean);
        case 'f':
            return take_word("false", Kind::boolean);
        case 'n':
            return take_word("null", Kind::null);
        case '{':
        case '[':
            return take_container();
        default:
            return take_number();
    }
}

inline PlainJson::Value PlainJson::take_string() noexcept {
    const char* const begin = at_ + 1;
    const char* end = begin;
#ifdef __SSE2__
    for (; end_ - end >= 16; end += 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(end));
        const int quotes = _mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')));
        if (quotes == 0) continue;
        end += __builtin_ctz(static_cast<unsigned>(quotes));
        at_ = end + 1;
        return {Kind::string, {begin, static_cast<std::size_t>(end - begin)}};
    }
#endif
    while (end != end_ && *end != '"') ++end;
    if (end == end_) return {};
    at_ = end + 1;
    return {Kind::string, {begin, static_cast<std::size_t>(end - begin)}};
}

/// RFC 8259, section 6, without exponents.
inline PlainJson::Value PlainJson::take_number() noexcept {
    const char* const begin = at_;
    const char* at = begin;
    const auto take_digits = [&] {
        const char* const first = at;
        while (at != end_ && is_digit(*at)) ++at;
        return at - first;
    };
    if (at != end_ && *at == '-') ++at;
    const bool leading_zero = at != end_ && *at == '0';
    const std::ptrdiff_t whole = take_digits();
    if (whole == 0 || (leading_zero && whole > 1)) return {};
    if (at != end_ && *at == '.') {
        ++at;
        if (take_digits() == 0) return {};
    }
    if (at - begin > longest_number || (at != end_ && (*at == 'e' || *at == 'E'))) return {};
    at_ = at;
    return {Kind::number, {begin, static_cast<std::size_t>(at - begin)}};
}

inline PlainJson::Value PlainJson::take_word(std::string_view word, Kind kind) noexcept {
    const char* const begin = at_;
    if (!take(word)) return {};
    return {kind, {begin, word.size()}};
}

}  // namespace laminar
