#include "cli/terminal/full_screen.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

#include "cli/terminal/terminal.h"

namespace laminar {

namespace {

constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view leave = "\x1b[?25h\x1b[?1049l";
constexpr char end_of_input = '\4';

/// A terminal that has gone away takes nothing, and that is all the same then.
void write_all(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

FullScreen::FullScreen() {
    is_changed_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (is_changed_) {
        termios keys = before_;
        keys.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys);
    }
    write_all(enter);
}

FullScreen::~FullScreen() {
    write_all(leave);
    if (is_changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

void FullScreen::show(const std::vector<std::string>& lines) {
    const std::size_t height = terminal_height(stdout);
    const std::size_t shown = lines.size() <= height ? lines.size() : height - std::min<std::size_t>(height, 1);
    // Each line is overwritten and its rest cleared, so that nothing flickers.
    std::string text = "\x1b[H";
    for (std::size_t index = 0; index < shown; ++index) text += (index > 0 ? "\r\n" : "") + lines[index] + "\x1b[K";
    if (shown < lines.size()) text += fmt::format("\r\n... and {} lines more\x1b[K", lines.size() - shown);
    text += "\x1b[J";
    write_all(text);
}

std::optional<char> FullScreen::key(std::chrono::milliseconds patience) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (::poll(&input, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
    char key = 0;
    return ::read(STDIN_FILENO, &key, 1) == 1 ? key : end_of_input;
}

}  // namespace laminar
