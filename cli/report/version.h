#pragma once

#include <string>
#include <string_view>

namespace laminar {

/// "laminar 0.1.0 (DuckDB 1.4.4, Boost 1.81.0, OpenSSL 3.0.17)".
[[nodiscard]] std::string version_text();
/// "0.1.0".
[[nodiscard]] std::string_view program_version() noexcept;

}  // namespace laminar
