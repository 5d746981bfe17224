#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace laminar {

/// The parts of a text between its separators; none of an empty text. They refer to the text.
[[nodiscard]] inline std::vector<std::string_view> split_at(char separator, std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

}  // namespace laminar
