#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace laminar {

/// One decoded code point. Bytes that are not UTF-8 decode one at a time as U+FFFD.
struct DecodedCodePoint {
    char32_t value = 0;
    std::size_t length = 0;  ///< Bytes it took; never 0 for non-empty text.
};

/// The code point at the start of text, which must not be empty. Overlong forms, surrogates and values above
/// U+10FFFF are not UTF-8.
[[nodiscard]] DecodedCodePoint decode_code_point(std::string_view text) noexcept;

/// Terminal columns a code point takes: 0 for combining marks and joiners, 2 for East Asian wide characters and emoji,
/// else 1. An approximation from Unicode blocks; terminals differ on the rest.
[[nodiscard]] std::size_t display_width(char32_t code_point) noexcept;

/// True for what must not reach a terminal as it is: C0 and C1 controls, line and paragraph separators, and the
/// direction overrides that make text look other than it is.
[[nodiscard]] bool is_unsafe_to_show(char32_t code_point) noexcept;

}  // namespace laminar
