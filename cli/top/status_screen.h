#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/top/status_sample.h"

namespace laminar {

struct ScreenStyle {
    std::size_t width = 0;  ///< Columns of the terminal; 0: as wide as it wants.
    bool in_color = false;
    bool ascii = true;  ///< No other characters of the program's own.
};

/// What `laminar top` shows: a line about all, then connections, pipelines and tables. Rates are what came between two
/// samples; title is put before, problem (why there is no newer sample), if any, at the end of the first line.
[[nodiscard]] std::vector<std::string> status_screen(const StatusSample& before, const StatusSample& now,
                                                     const std::string& title, const std::string& problem,
                                                     const ScreenStyle& style);

/// 0.4, 12.3, 1,240, 12.4k, 3.1M.
[[nodiscard]] std::string rate_text(std::optional<double> rate);
/// 12 B, 4.1 KiB, 310 MiB.
[[nodiscard]] std::string bytes_text(std::optional<double> bytes);

}  // namespace laminar
