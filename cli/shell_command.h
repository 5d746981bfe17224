#pragma once

#include <string>
#include <vector>

#include "catalog/secret_resolver.h"
#include "cli/logging.h"

namespace laminar {

struct ShellOptions {
    std::vector<std::string> files;  ///< Executed before the first prompt.
    SecretResolver::Sources secrets;
    LogOptions log{.level = "warn"};
};

/// Reads statements from a terminal or a pipe and executes them; a statement that fails does not end the shell.
/// Returns the exit code: 0; 1 when input was no terminal and a statement failed; 2 when a file cannot be read.
[[nodiscard]] int shell_command(const ShellOptions& options);

}  // namespace laminar
