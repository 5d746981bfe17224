#include "catalog/options/path_parameter.h"

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar {

std::string_view path_parameter(std::string_view part) noexcept {
    if (part.size() < 3 || part.front() != '{' || part.back() != '}') return {};
    const std::string_view name = part.substr(1, part.size() - 2);
    const bool is_name = !is_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char character) {
        return is_letter_or_digit(character) || character == '_';
    });
    return is_name ? name : std::string_view();
}

}  // namespace laminar
