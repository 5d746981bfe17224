#include "catalog/validation/json_credentials.h"

#include <optional>

#include "catalog/options/clear_secrets.h"
#include "parser/text/ascii.h"
#include "parser/text/json_texts.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

std::optional<char32_t> code_unit(std::string_view text, std::size_t at) {
    if (at + 4 > text.size()) return std::nullopt;
    char32_t unit = 0;
    for (const char character : text.substr(at, 4)) {
        const int digit = hexadecimal_digit(character);
        if (digit < 0) return std::nullopt;
        unit = unit << 4U | static_cast<char32_t>(digit);
    }
    return unit;
}

std::string unescaped(std::string_view text) {
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view meanings = "\b\f\n\r\t";
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            plain += text[at];
            continue;
        }
        const char escape = text[++at];
        const std::optional<char32_t> unit = escape == 'u' ? code_unit(text, at + 1) : std::nullopt;
        if (unit) {
            at += 4;
            const bool is_first = *unit >= 0xD800 && *unit < 0xDC00 && text.substr(at + 1).starts_with("\\u");
            const std::optional<char32_t> low = is_first ? code_unit(text, at + 3) : std::nullopt;
            if (low && *low >= 0xDC00 && *low < 0xE000) {
                append_code_point(plain, 0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00));
                at += 6;
            } else if (*unit < 0xD800 || *unit >= 0xE000) {
                append_code_point(plain, *unit);
            }
        } else {
            const std::size_t letter = letters.find(escape);
            plain += letter == std::string_view::npos ? escape : meanings[letter];
        }
    }
    return plain;
}

/// Calls visit(begin, end) for every credential in clear.
template <class Visit>
void for_each_credential(std::string_view text, const Visit& visit) {
    for_each_json_text(text, [&](std::string_view name, std::size_t begin, std::size_t end) {
        if (names_credential(unescaped(name)) && is_clear(text.substr(begin, end - begin))) visit(begin, end);
    });
}

}  // namespace

std::string redact_json(std::string_view text) {
    std::string shown;
    std::size_t copied = 0;
    for_each_credential(text, [&](std::size_t begin, std::size_t end) {
        shown += text.substr(copied, begin - copied);
        shown += "***";
        copied = end;
    });
    return shown += text.substr(copied);
}

std::vector<std::string> json_credentials(std::string_view text) {
    std::vector<std::string> credentials;
    for_each_credential(text, [&](std::size_t begin, std::size_t end) {
        credentials.push_back(unescaped(text.substr(begin, end - begin)));
    });
    return credentials;
}

}  // namespace laminar
