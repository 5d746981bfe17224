#pragma once

#include <string>
#include <string_view>

namespace laminar {

// Letters and digits of ASCII, whatever the locale: what names of SQL, options, HTTP fields and URLs are made of and
// compared by. Other bytes are left as they are.

[[nodiscard]] constexpr bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }
[[nodiscard]] constexpr bool is_letter(char character) noexcept {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}
[[nodiscard]] constexpr bool is_letter_or_digit(char character) noexcept {
    return is_letter(character) || is_digit(character);
}
[[nodiscard]] constexpr char to_lower(char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}
[[nodiscard]] constexpr char to_upper(char character) noexcept {
    return character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A') : character;
}
/// The value of a hexadecimal digit in either case; -1 for another character.
[[nodiscard]] constexpr int hexadecimal_digit(char character) noexcept {
    if (is_digit(character)) return character - '0';
    const char lower = to_lower(character);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// In lower case: the form in which names are compared.
[[nodiscard]] std::string fold_case(std::string_view text);
[[nodiscard]] std::string upper_case(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace laminar
