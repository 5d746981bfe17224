#pragma once

#include <string_view>

namespace laminar {

/// The SQLSTATE of an error of the engine by its type ("Conversion") and, where one type stands for several kinds, by a
/// part of its message: the engine says no more. Empty: what the error is about, such as a name, tells it.
[[nodiscard]] std::string_view engine_error_state(std::string_view type, std::string_view message) noexcept;

}  // namespace laminar
