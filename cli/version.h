#pragma once

#include <string>

namespace laminar {

/// "laminar 0.1.0 (DuckDB 1.4.4, Boost 1.81.0, OpenSSL 3.0.17)".
[[nodiscard]] std::string version_text();

}  // namespace laminar
