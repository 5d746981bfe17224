#pragma once

#include <cstddef>
#include <cstdio>

namespace laminar {

[[nodiscard]] bool is_terminal(std::FILE* file) noexcept;
/// Columns and lines of the terminal behind file; 0 when it is none.
[[nodiscard]] std::size_t terminal_height(std::FILE* file) noexcept;
[[nodiscard]] std::size_t terminal_width(std::FILE* file) noexcept;
/// A terminal that shows colours, of a user who wants them (NO_COLOR is not set).
[[nodiscard]] bool wants_color(std::FILE* file) noexcept;
/// A terminal whose locale can show box-drawing characters.
[[nodiscard]] bool shows_box_characters(std::FILE* file) noexcept;

}  // namespace laminar
