#pragma once

#include <string>
#include <string_view>

namespace laminar {

/// The text with its ASCII letters in upper case.
[[nodiscard]] std::string upper_case(std::string_view text);

}  // namespace laminar
