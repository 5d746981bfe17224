#include "cli/terminal/cell_text.h"

#include <fmt/format.h>

#include <iterator>

#include "parser/text/display_width.h"
#include "parser/text/utf8.h"

namespace laminar {

std::string escape_controls(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    while (!text.empty()) {
        const auto [value, length] = decode_code_point(text);
        if (value == U'\n') {
            escaped += "\\n";
        } else if (value == U'\r') {
            escaped += "\\r";
        } else if (value == U'\t') {
            escaped += "\\t";
        } else if (is_unsafe_to_show(value)) {
            fmt::format_to(std::back_inserter(escaped), "\\u{{{:X}}}", static_cast<std::uint32_t>(value));
        } else if (value == 0xFFFD && length == 1) {
            escaped += "\xEF\xBF\xBD";
        } else {
            escaped += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return escaped;
}

std::size_t text_width(std::string_view text) noexcept {
    std::size_t width = 0;
    while (!text.empty()) {
        const auto [value, length] = decode_code_point(text);
        width += display_width(value);
        text.remove_prefix(length);
    }
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t width, bool ascii) {
    if (text_width(text) <= width) return std::string(text);
    if (width == 0) return {};
    std::size_t used = 0;
    std::size_t kept = 0;
    while (kept < text.size()) {
        const auto [value, length] = decode_code_point(text.substr(kept));
        if (used + display_width(value) > width - 1) break;
        used += display_width(value);
        kept += length;
    }
    std::string result(text.substr(0, kept));
    result += ascii ? "~" : "\xE2\x80\xA6";
    return result;
}

}  // namespace laminar
