#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// How a value is to be taken.
enum class Tone { plain, good, warning, bad, faint };

struct StatusCell {
    std::string text;  ///< Escaped.
    Tone tone = Tone::plain;
};

struct StatusColumn {
    std::string title;
    bool is_number = false;  ///< To the right.
    int worth = 0;           ///< Where there is no room for all columns, those of the least worth are left out first.
};

/// Text in a colour of the terminal, or as it is.
[[nodiscard]] std::string in_tone(std::string_view text, Tone tone, bool in_color);

/// Lines of a table: its titles, then a line for each row, none wider than width (0: as wide as it wants). What a last
/// column of text has no room for is cut off.
[[nodiscard]] std::vector<std::string> status_table(const std::vector<StatusColumn>& columns,
                                                    const std::vector<std::vector<StatusCell>>& rows, std::size_t width,
                                                    bool in_color, bool ascii);

}  // namespace laminar
