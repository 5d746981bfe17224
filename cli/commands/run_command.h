#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "cli/commands/end_limit.h"
#include "cli/commands/logging.h"
#include "cli/result/result_printer.h"
#include "cli/serving/serving.h"

namespace laminar {

struct RunOptions {
    std::vector<std::string> files;       ///< "-" is standard input.
    std::vector<std::string> statements;  ///< Of -e; executed after the files.
    std::optional<OutputFormat> format;   ///< Absent: table on a terminal, else json.
    std::optional<std::chrono::milliseconds> run_for;
    std::optional<std::chrono::milliseconds> until_idle;
    std::chrono::milliseconds shutdown_timeout = default_shutdown_timeout;  ///< Bounds the end, whatever brought it.
    bool drain = false;
    bool once = false;  ///< It ends when the statements are through, whatever is live.
    bool quiet = false;
    ServingOptions serving;                     ///< By what others may use the catalog meanwhile.
    bool stays = false;                         ///< It goes on until it is told to end, whatever is live.
    std::optional<std::string> data_directory;  ///< Where what there is outlasts the process.
    std::vector<std::string> reset;             ///< Objects of it that are given up first.
    SecretResolver::Sources secrets;
    LogOptions log;
};

/// Executes scripts, then keeps going while anything is live, unless it runs them once. Returns the exit code: 0 done,
/// 1 failed (also: nobody reads standard output any more), 2 usage (also: a script cannot be read).
[[nodiscard]] int run_command(const RunOptions& options);

}  // namespace laminar
