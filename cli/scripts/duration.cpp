#include "cli/scripts/duration.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace laminar {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr double longest = 366.0 * 24 * 3600 * 1000;
    if (text == "0") return std::chrono::milliseconds(0);
    // from_chars would read "nan" and "inf"; a duration starts with a digit.
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
    double milliseconds = 0;
    if (unit == "ms") {
        milliseconds = 1;
    } else if (unit == "s") {
        milliseconds = 1000;
    } else if (unit == "m" || unit == "min") {
        milliseconds = 60'000;
    } else if (unit == "h") {
        milliseconds = 3'600'000;
    } else {
        return std::nullopt;
    }
    value *= milliseconds;
    if (value > longest) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::llround(value)));
}

std::string format_duration(std::chrono::milliseconds duration) {
    const auto count = duration.count();
    if (count < 1000) return fmt::format("{} ms", count);
    if (count < 60'000) return fmt::format("{:.1f} s", static_cast<double>(count) / 1000);
    if (count < 3'600'000) return fmt::format("{} min {} s", count / 60'000, count / 1000 % 60);
    return fmt::format("{} h {} min", count / 3'600'000, count / 60'000 % 60);
}

}  // namespace laminar
