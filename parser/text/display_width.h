#pragma once

#include <cstddef>

namespace laminar {

/// Terminal columns a code point takes: 0 for combining marks and joiners, 2 for East Asian wide characters and emoji,
/// else 1. By Unicode (utf8proc); terminals differ on the rest.
[[nodiscard]] std::size_t display_width(char32_t code_point) noexcept;

/// True for what must not reach a terminal as it is: C0 and C1 controls, line and paragraph separators, and the
/// direction overrides that make text look other than it is.
[[nodiscard]] bool is_unsafe_to_show(char32_t code_point) noexcept;

}  // namespace laminar
