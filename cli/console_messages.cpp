#include "cli/console_messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/terminal.h"
#include "parser/diagnostic_renderer.h"

namespace laminar {

void ConsoleMessages::say(std::string_view text) {
    status_line_.erase();
    const std::string line = fmt::format("laminar: {}\n", text);
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
}

void ConsoleMessages::show(const Diagnostics& diagnostics) {
    if (diagnostics.all().empty()) return;
    status_line_.erase();
    RenderOptions options;
    options.color = wants_color(stderr);
    if (const std::size_t width = terminal_width(stderr); width > 0)
        options.max_width = std::max<std::size_t>(width, 40);
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics.all()) text += render_diagnostic(diagnostic, options);
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

}  // namespace laminar
