#include "cli/json_text.h"

#include <fmt/format.h>

#include <iterator>

#include "parser/display_width.h"

namespace laminar {

void append_json_string(std::string& json, std::string_view text) {
    json += '"';
    while (!text.empty()) {
        const auto [value, length] = decode_code_point(text);
        switch (value) {
            case U'"':
                json += "\\\"";
                break;
            case U'\\':
                json += "\\\\";
                break;
            case U'\n':
                json += "\\n";
                break;
            case U'\r':
                json += "\\r";
                break;
            case U'\t':
                json += "\\t";
                break;
            default:
                if (value < 0x20) {
                    fmt::format_to(std::back_inserter(json), "\\u{:04x}", static_cast<std::uint32_t>(value));
                } else if (value == 0xFFFD) {
                    json += "\xEF\xBF\xBD";
                } else {
                    json += text.substr(0, length);
                }
        }
        text.remove_prefix(length);
    }
    json += '"';
}

}  // namespace laminar
