#pragma once

#include <string_view>

namespace laminar {

/// The unit that a word after INTERVAL names, upper case and singular ("minutes" gives "MINUTE"); empty for other
/// words.
[[nodiscard]] std::string_view interval_unit(std::string_view word) noexcept;

}  // namespace laminar
