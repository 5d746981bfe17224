#pragma once

#include <string>
#include <vector>

#include "catalog/secret_resolver.h"

namespace laminar {

enum class CheckFormat { text, json };

struct CheckOptions {
    std::vector<std::string> paths;  ///< Files, folders (every *.sql in them and below), "-" for standard input.
    CheckFormat format = CheckFormat::text;
    bool require_secrets = false;  ///< Secrets that cannot be found are findings.
    bool deny_warnings = false;
    SecretResolver::Sources secrets;
};

/// Validates scripts, each on its own, without network and without writing files. Findings go to standard output,
/// a summary line to standard error. Returns the exit code: 0 clean, 1 findings, 2 usage or a file that cannot be read.
[[nodiscard]] int check_command(const CheckOptions& options);

}  // namespace laminar
