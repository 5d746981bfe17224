#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace laminar {

/// Text that stays on its line and cannot steer a terminal: line feeds, tabs and other controls as \n, \t, \u{1B};
/// bytes that are not UTF-8 as U+FFFD.
[[nodiscard]] std::string escape_controls(std::string_view text);

/// Terminal columns that escaped text takes up.
[[nodiscard]] std::size_t text_width(std::string_view text) noexcept;

/// Escaped text cut to width columns, the last of them an ellipsis when something was cut.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t width, bool ascii);

}  // namespace laminar
