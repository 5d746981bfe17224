#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "cli/commands/end_limit.h"
#include "cli/commands/logging.h"
#include "cli/serving/serving.h"

namespace laminar {

struct ShellOptions {
    std::vector<std::string> files;  ///< Executed before the first prompt.
    std::chrono::milliseconds shutdown_timeout = default_shutdown_timeout;
    std::optional<std::string> data_directory;  ///< As in RunOptions, as the next.
    std::vector<std::string> reset;
    ServingOptions serving;  ///< By what others may use the catalog meanwhile.
    SecretResolver::Sources secrets;
    LogOptions log{.level = "warn"};
};

/// Reads statements from a terminal or a pipe and executes them. In front of a user a statement that fails does not end
/// the shell; otherwise the first one does. Returns the exit code: 0; 1 when a statement failed and nobody was there to
/// see it; 2 when a file cannot be read.
[[nodiscard]] int shell_command(const ShellOptions& options);

}  // namespace laminar
