#include "parser/text/display_width.h"

#include <utf8proc.h>

#include <algorithm>

namespace laminar {

std::size_t display_width(char32_t code_point) noexcept {
    if (code_point < 0x300) return 1;
    // What terminals make of sequences: vowels and ends of a Korean syllable stand within it, a skin tone is part of
    // the emoji before it, and half of a flag is as wide as the flag.
    if ((code_point >= 0x1160 && code_point <= 0x11FF) || (code_point >= 0x1F3FB && code_point <= 0x1F3FF)) return 0;
    if (code_point >= 0x1F1E6 && code_point <= 0x1F1FF) return 2;
    const auto known = static_cast<utf8proc_int32_t>(code_point);
    const auto width = static_cast<std::size_t>(utf8proc_charwidth(known));
    switch (utf8proc_category(known)) {
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_CF:
            return width;
        default:
            return std::max<std::size_t>(width, 1);
    }
}

bool is_unsafe_to_show(char32_t code_point) noexcept {
    if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0)) return true;
    if (code_point == 0x2028 || code_point == 0x2029 || code_point == 0x061C) return true;
    const bool direction = code_point == 0x200E || code_point == 0x200F ||
                           (code_point >= 0x202A && code_point <= 0x202E) ||
                           (code_point >= 0x2066 && code_point <= 0x2069);
    return direction;
}

}  // namespace laminar
