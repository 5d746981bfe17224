#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace laminar {

/// One decoded code point. Bytes that are not UTF-8 decode one at a time as U+FFFD.
struct DecodedCodePoint {
    char32_t value = 0;
    std::size_t length = 0;  ///< Bytes it took; never 0 for non-empty text.

    [[nodiscard]] bool is_utf8() const noexcept { return value != 0xFFFD || length > 1; }
};

/// The code point at the start of text, which must not be empty. Overlong forms, surrogates and values above
/// U+10FFFF are not UTF-8.
[[nodiscard]] DecodedCodePoint decode_code_point(std::string_view text) noexcept;

/// Appends the UTF-8 of a code point, which is no surrogate and at most U+10FFFF.
void append_code_point(std::string& out, char32_t code_point);

/// Offset of the first byte that is not part of well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF);
/// npos when all is well.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text) noexcept;

/// What a look at every byte of a text has told.
struct CopiedText {
    bool is_ascii = true;
    bool has_backslash = false;
};
/// Copies text to target, which has room for it, and looks at it on the way.
[[nodiscard]] CopiedText copy_text(std::string_view text, char* target) noexcept;

/// The text with U+FFFD in the place of each byte that is not UTF-8.
[[nodiscard]] std::string with_valid_utf8(std::string_view text);

/// "text" for a message: in double quotes, at most limit bytes of it (then ...), control characters, quotes,
/// backslashes and bytes that are not UTF-8 escaped.
[[nodiscard]] std::string quote_excerpt(std::string_view text, std::size_t limit = 60);

}  // namespace laminar
