#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace laminar {

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t value);

/// "1 error", "3 errors".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view singular);

}  // namespace laminar
