#pragma once

#include <string_view>

namespace laminar {

/// The name in a part of a path that stands for any: "station" of "{station}". Empty: the part stands for itself.
[[nodiscard]] std::string_view path_parameter(std::string_view part) noexcept;

}  // namespace laminar
