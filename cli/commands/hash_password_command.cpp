#include "cli/commands/hash_password_command.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <optional>
#include <stdexcept>

#include "cli/commands/document_output.h"
#include "server/login/users_file.h"

namespace laminar {

namespace {

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

/// While it lives, the terminal does not show what is typed. Nothing where standard input is no terminal.
class HiddenTyping {
public:
    HiddenTyping() {
        is_hidden_ = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before_) == 0;
        if (!is_hidden_) return;
        termios hidden = before_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    ~HiddenTyping() {
        if (is_hidden_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    HiddenTyping(const HiddenTyping&) = delete;
    HiddenTyping& operator=(const HiddenTyping&) = delete;

    [[nodiscard]] bool is_hidden() const noexcept { return is_hidden_; }

private:
    bool is_hidden_ = false;
    termios before_{};
};

std::string ask(std::string_view question) {
    const HiddenTyping hidden;
    if (hidden.is_hidden()) fmt::print(stderr, "{}: ", question);
    std::string line;
    std::getline(std::cin, line);
    if (hidden.is_hidden()) fmt::print(stderr, "\n");
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

}  // namespace

int hash_password_command(const HashPasswordOptions& options) {
    try {
        const std::string secret = ask(options.makes_token ? "token" : "password");
        if (isatty(STDIN_FILENO) != 0 && ask("once more") != secret) {
            fmt::print(stderr, "laminar: the {}s differ\n", options.makes_token ? "token" : "password");
            return exit_failed;
        }
        const std::optional<std::string> line =
            options.makes_token ? users_file_token_line(options.user, secret, options.role)
                                : users_file_line(options.user, make_scram_verifier(secret), options.role);
        if (!line) {
            fmt::print(stderr, "laminar: a user's name has no white space, and does not begin with #\n");
            return exit_usage;
        }
        return print_document(*line + "\n");
    } catch (const std::runtime_error& problem) {
        fmt::print(stderr, "laminar: {}\n", problem.what());
        return exit_failed;
    }
}

}  // namespace laminar
