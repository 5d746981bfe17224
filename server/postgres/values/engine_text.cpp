#include "server/postgres/values/engine_text.h"

#include <algorithm>
#include <array>

#include "parser/text/ascii.h"

namespace laminar::postgres {

namespace {

/// \x and two digits for each byte.
std::optional<std::string> bytes_of_hexadecimal(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t at = 2; at < text.size(); at += 2) {
        const int high = hexadecimal_digit(text[at]);
        const int low = hexadecimal_digit(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

/// The older form of bytea: a backslash is \\, and any byte may be \ and three octal digits.
std::optional<std::string> bytes_of_escapes(std::string_view text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            bytes += text[at];
            continue;
        }
        if (text.substr(at + 1, 1) == "\\") {
            bytes += text[++at];
            continue;
        }
        const std::string_view digits = text.substr(at + 1, 3);
        const bool is_byte = digits.size() == 3 && digits[0] >= '0' && digits[0] <= '3' &&
                             std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '7'; });
        if (!is_byte) return std::nullopt;
        bytes += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
        at += digits.size();
    }
    return bytes;
}

/// The era stands behind the date in the engine, and at the end in PostgreSQL.
std::string moment_text(std::string_view text) {
    constexpr std::string_view era = " BC";
    if (text.size() < era.size() || !equals_ignoring_case(text.substr(text.size() - era.size()), era))
        return std::string(text);
    text.remove_suffix(era.size());
    const std::size_t date_end = std::min(text.find_first_of(" T"), text.size());
    return std::string(text.substr(0, date_end)) + " (BC)" + std::string(text.substr(date_end));
}

std::string interval_text(std::string_view text) {
    std::string plain(text);
    std::erase(plain, '+');
    return plain;
}

std::string truth_text(std::string_view text) {
    for (const char* word : {"on", "yes", "y"})
        if (equals_ignoring_case(text, word)) return "true";
    for (const char* word : {"off", "no", "n"})
        if (equals_ignoring_case(text, word)) return "false";
    return std::string(text);
}

}  // namespace

std::string engine_blob_text(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    text.reserve(4 * bytes.size());
    for (const char byte : bytes) {
        text += "\\x";
        text += digits[static_cast<unsigned char>(byte) >> 4U];
        text += digits[static_cast<unsigned char>(byte) & 0xFU];
    }
    return text;
}

std::optional<std::string> engine_text(TypeId type, std::string_view text) {
    switch (type) {
        case TypeId::blob: {
            const auto bytes = text.starts_with("\\x") ? bytes_of_hexadecimal(text) : bytes_of_escapes(text);
            return bytes ? std::optional(engine_blob_text(*bytes)) : std::nullopt;
        }
        case TypeId::date:
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            return moment_text(text);
        case TypeId::interval:
            return interval_text(text);
        case TypeId::boolean:
            return truth_text(text);
        default:
            return std::string(text);
    }
}

std::optional<std::vector<std::optional<std::string>>> read_array_text(std::string_view text) {
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::vector<std::optional<std::string>> elements;
    std::size_t at = 0;
    while (!text.empty()) {
        std::string value;
        bool is_quoted = false;
        if (at < text.size() && text[at] == '"') {
            is_quoted = true;
            for (++at; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '\\' && at + 1 < text.size()) ++at;
                value += text[at];
            }
            if (at >= text.size()) return std::nullopt;
            ++at;
        } else {
            for (; at < text.size() && text[at] != ','; ++at) {
                if (text[at] == '{' || text[at] == '}' || text[at] == '"') return std::nullopt;
                if (text[at] == '\\' && at + 1 < text.size()) ++at;
                value += text[at];
            }
            if (value.empty()) return std::nullopt;
        }
        if (!is_quoted && equals_ignoring_case(value, "null"))
            elements.emplace_back(std::nullopt);
        else
            elements.emplace_back(std::move(value));
        if (at == text.size()) break;
        if (text[at] != ',' || at + 1 == text.size()) return std::nullopt;
        ++at;
    }
    return elements;
}

}  // namespace laminar::postgres
