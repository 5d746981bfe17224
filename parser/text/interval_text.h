#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace laminar {

/// Reads an interval of fixed length: text "1 hour 30 minutes", or a number with the unit given apart ("5", "MINUTE"),
/// or "hh:mm:ss". Units from microseconds to weeks, singular, plural and abbreviated, in any case. nullopt when it is
/// not one, has months or years (which have no fixed length), or does not fit.
[[nodiscard]] std::optional<std::chrono::microseconds> parse_fixed_interval(std::string_view text,
                                                                            std::string_view unit = {});

/// "1 hour", "90 seconds": the largest unit that divides it.
[[nodiscard]] std::string interval_text(std::chrono::microseconds interval);

}  // namespace laminar
