#include "cli/terminal/console_messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/terminal/standard_error.h"
#include "cli/terminal/terminal.h"
#include "parser/diagnostic/diagnostic_renderer.h"

namespace laminar {

void ConsoleMessages::say(std::string_view text) { write(fmt::format("laminar: {}\n", text)); }

bool ConsoleMessages::say_if_unwritten(const TextOutput& standard_output) {
    const std::string failure = standard_output.failure();
    if (!failure.empty()) say(fmt::format("cannot write to standard output: {}", failure));
    return !failure.empty();
}

void ConsoleMessages::write(std::string_view text) {
    const std::string shown = secrets_->redact(text);
    status_line_.erase();
    write_to_standard_error(shown);
}

void ConsoleMessages::show(const Diagnostics& diagnostics) {
    if (diagnostics.all().empty()) return;
    RenderOptions options;
    options.color = wants_color(stderr);
    if (const std::size_t width = terminal_width(stderr); width > 0)
        options.max_width = std::max<std::size_t>(width, 40);
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics.all()) text += render_diagnostic(diagnostic, options);
    write(text);
}

}  // namespace laminar
