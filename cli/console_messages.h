#pragma once

#include <string_view>

#include "cli/status_line.h"
#include "parser/diagnostic.h"

namespace laminar {

/// What a command says about itself, on standard error. Thread-safe.
class ConsoleMessages {
public:
    explicit ConsoleMessages(StatusLine& status_line) : status_line_(status_line) {}

    /// "laminar: text".
    void say(std::string_view text);
    /// Findings with their source lines and carets.
    void show(const Diagnostics& diagnostics);

private:
    StatusLine& status_line_;
};

}  // namespace laminar
