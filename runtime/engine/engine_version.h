#pragma once

#include <string_view>

namespace laminar {

/// Of the SQL engine that is linked: "1.4.4". Does not start it. Any thread.
[[nodiscard]] std::string_view engine_version() noexcept;

}  // namespace laminar
