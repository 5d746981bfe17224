#include "cli/top/status_table.h"

#include <algorithm>
#include <numeric>

#include "cli/terminal/cell_text.h"

namespace laminar {

namespace {

constexpr std::size_t gap = 2;
/// A last column of text is worth showing with so much of it.
constexpr std::size_t least_text = 8;

std::string_view code_of(Tone tone) {
    switch (tone) {
        case Tone::good:
            return "\x1b[32m";
        case Tone::warning:
            return "\x1b[33m";
        case Tone::bad:
            return "\x1b[1;31m";
        case Tone::faint:
            return "\x1b[2m";
        case Tone::plain:
            break;
    }
    return "";
}

/// The columns that there is room for, in their order.
std::vector<std::size_t> chosen_columns(const std::vector<StatusColumn>& columns,
                                        const std::vector<std::size_t>& widths, std::size_t width) {
    std::vector<std::size_t> chosen(columns.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    const auto needed = [&] {
        std::size_t sum = 0;
        for (const std::size_t index : chosen) {
            const bool is_last_text = index == chosen.back() && !columns[index].is_number;
            sum += (sum > 0 ? gap : 0) + (is_last_text ? std::min(widths[index], least_text) : widths[index]);
        }
        return sum;
    };
    while (width > 0 && chosen.size() > 1 && needed() > width) {
        const auto least = std::ranges::min_element(chosen, [&](std::size_t left, std::size_t right) {
            // Of the same worth the one further to the right.
            return columns[left].worth != columns[right].worth ? columns[left].worth < columns[right].worth
                                                               : left > right;
        });
        chosen.erase(least);
    }
    return chosen;
}

}  // namespace

std::string in_tone(std::string_view text, Tone tone, bool in_color) {
    const std::string_view code = in_color ? code_of(tone) : "";
    if (code.empty()) return std::string(text);
    return std::string(code).append(text).append("\x1b[0m");
}

std::vector<std::string> status_table(const std::vector<StatusColumn>& columns,
                                      const std::vector<std::vector<StatusCell>>& rows, std::size_t width,
                                      bool in_color, bool ascii) {
    std::vector<std::size_t> widths;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        std::size_t widest = text_width(columns[index].title);
        for (const auto& row : rows) widest = std::max(widest, text_width(row[index].text));
        widths.push_back(widest);
    }
    const std::vector<std::size_t> chosen = chosen_columns(columns, widths, width);
    const auto line_of = [&](const auto& text_at, const auto& tone_at) {
        std::string line;
        std::size_t used = 0;
        for (const std::size_t index : chosen) {
            if (used > 0) {
                line.append(gap, ' ');
                used += gap;
            }
            const std::size_t room =
                width == 0 ? widths[index] : std::min(widths[index], width - std::min(width, used));
            const std::string text = cut_to_width(text_at(index), room, ascii);
            const std::string blanks(room - std::min(room, text_width(text)), ' ');
            const std::string shown = in_tone(text, tone_at(index), in_color);
            const bool is_last = index == chosen.back();
            line += columns[index].is_number ? blanks + shown : is_last ? shown : shown + blanks;
            used += room;
        }
        return line;
    };
    std::vector<std::string> lines;
    lines.push_back(line_of([&](std::size_t index) -> std::string_view { return columns[index].title; },
                            [](std::size_t) { return Tone::faint; }));
    for (const auto& row : rows)
        lines.push_back(line_of([&](std::size_t index) -> std::string_view { return row[index].text; },
                                [&](std::size_t index) { return row[index].tone; }));
    return lines;
}

}  // namespace laminar
