#include "cli/terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace laminar {
namespace {

std::string_view environment(const char* name) noexcept {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment.
    return value ? std::string_view(value) : std::string_view();
}

}  // namespace

bool is_terminal(std::FILE* file) noexcept { return isatty(fileno(file)) == 1; }

std::size_t terminal_width(std::FILE* file) noexcept {
    winsize size{};
    if (!is_terminal(file)) return 0;
    if (ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::size_t terminal_height(std::FILE* file) noexcept {
    winsize size{};
    if (!is_terminal(file)) return 0;
    if (ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return 24;
    return size.ws_row;
}

bool wants_color(std::FILE* file) noexcept {
    return is_terminal(file) && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

bool shows_box_characters(std::FILE* file) noexcept {
    if (!is_terminal(file)) return false;
    for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const std::string_view value = environment(variable);
        if (value.empty()) continue;
        return value.find("UTF-8") != std::string_view::npos || value.find("utf8") != std::string_view::npos;
    }
    return false;
}

}  // namespace laminar
