#include "runtime/session/like_pattern.h"

#include <cctype>
#include <cstddef>

namespace laminar {

bool matches_like(std::string_view text, std::string_view pattern) noexcept {
    const auto fold = [](char character) { return std::tolower(static_cast<unsigned char>(character)); };
    std::size_t at = 0;
    std::size_t in_pattern = 0;
    std::size_t after_percent = std::string_view::npos;
    std::size_t retry_at = 0;
    while (at < text.size()) {
        if (in_pattern < pattern.size() && pattern[in_pattern] == '%') {
            after_percent = ++in_pattern;
            retry_at = at;
        } else if (in_pattern < pattern.size() &&
                   (pattern[in_pattern] == '_' || fold(pattern[in_pattern]) == fold(text[at]))) {
            ++in_pattern;
            ++at;
        } else if (after_percent != std::string_view::npos) {
            // The latest % takes one character more.
            in_pattern = after_percent;
            at = ++retry_at;
        } else {
            return false;
        }
    }
    while (in_pattern < pattern.size() && pattern[in_pattern] == '%') ++in_pattern;
    return in_pattern == pattern.size();
}

}  // namespace laminar
