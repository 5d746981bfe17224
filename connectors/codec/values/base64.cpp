#include "connectors/codec/values/base64.h"

#include <cstdint>

namespace laminar {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int digit_value(char character) noexcept {
    if (character >= 'A' && character <= 'Z') return character - 'A';
    if (character >= 'a' && character <= 'z') return character - 'a' + 26;
    if (character >= '0' && character <= '9') return character - '0' + 52;
    if (character == '+' || character == '-') return 62;
    if (character == '/' || character == '_') return 63;
    return -1;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
    const auto byte = [&](std::size_t at) -> std::uint32_t {
        return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
    };
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::uint32_t group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
        out += alphabet[group >> 18 & 63U];
        out += alphabet[group >> 12 & 63U];
        out += at + 1 < bytes.size() ? alphabet[group >> 6 & 63U] : '=';
        out += at + 2 < bytes.size() ? alphabet[group & 63U] : '=';
    }
}

bool decode_base64(std::string_view text, std::string& out) {
    if (text.find_first_of("+/") != std::string_view::npos && text.find_first_of("-_") != std::string_view::npos)
        return false;
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    if (padding != 0 && (text.size() + padding) % 4 != 0) return false;
    if (text.size() % 4 == 1) return false;

    const std::size_t begin = out.size();
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char character : text) {
        const int digit = digit_value(character);
        if (digit < 0) {
            out.resize(begin);
            return false;
        }
        pending = pending << 6 | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>(pending >> bits & 0xFFU);
        }
    }
    if ((pending & ((1U << bits) - 1)) != 0) {
        out.resize(begin);
        return false;
    }
    return true;
}

}  // namespace laminar
