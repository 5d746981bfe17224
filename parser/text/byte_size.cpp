#include "parser/text/byte_size.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "parser/text/ascii.h"

namespace laminar {

namespace {

constexpr double most_bytes = 1e18;

constexpr std::array<std::pair<std::string_view, double>, 11> units{{{"b", 1},
                                                                     {"byte", 1},
                                                                     {"bytes", 1},
                                                                     {"kb", 1e3},
                                                                     {"mb", 1e6},
                                                                     {"gb", 1e9},
                                                                     {"tb", 1e12},
                                                                     {"kib", 1024.0},
                                                                     {"mib", 1024.0 * 1024},
                                                                     {"gib", 1024.0 * 1024 * 1024},
                                                                     {"tib", 1024.0 * 1024 * 1024 * 1024}}};

}  // namespace

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
    const auto trim = [&] {
        while (text.starts_with(' ')) text.remove_prefix(1);
        while (text.ends_with(' ')) text.remove_suffix(1);
    };
    trim();
    double number = 0;
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (problem != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    trim();
    const auto unit = std::find_if(units.begin(), units.end(),
                                   [&](const auto& each) { return equals_ignoring_case(each.first, text); });
    if (unit == units.end()) return std::nullopt;
    const double bytes = number * unit->second;
    if (!(bytes >= 1) || bytes > most_bytes) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
}

}  // namespace laminar
