#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace laminar {

/// Reads "500ms", "10s", "2m", "1h", "1.5s": a number and a unit, or "0". nullopt for anything else, for negative
/// values and for more than a year.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// For people: "350 ms", "2.4 s", "3 min 20 s".
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace laminar
