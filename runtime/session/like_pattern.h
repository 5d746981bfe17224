#pragma once

#include <string_view>

namespace laminar {

/// SQL LIKE without regard to case, as SHOW ... LIKE uses it (the engine's takes minutes for a%a%a%...): % is any text,
/// _ any one byte. Linear in practice; no recursion.
[[nodiscard]] bool matches_like(std::string_view text, std::string_view pattern) noexcept;

}  // namespace laminar
