#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "catalog/options/remembered_secrets.h"
#include "cli/terminal/status_line.h"
#include "cli/terminal/text_output.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// What a command says about itself, on standard error, without secrets. Thread-safe.
class ConsoleMessages {
public:
    ConsoleMessages(StatusLine& status_line, std::shared_ptr<const RememberedSecrets> secrets)
        : status_line_(status_line), secrets_(std::move(secrets)) {}

    /// "laminar: text".
    void say(std::string_view text);
    /// Says why standard output could not be written, if it could not. Returns whether it said so: not when all was
    /// written, nor when the reader has gone away.
    bool say_if_unwritten(const TextOutput& standard_output);
    /// Findings with their source lines and carets.
    void show(const Diagnostics& diagnostics);

private:
    void write(std::string_view text);

    StatusLine& status_line_;
    const std::shared_ptr<const RememberedSecrets> secrets_;
};

}  // namespace laminar
