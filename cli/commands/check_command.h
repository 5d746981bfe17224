#pragma once

#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "cli/export/export_target.h"
#include "cli/report/finding_report.h"

namespace laminar {

struct CheckOptions {
    std::vector<std::string> paths;     ///< Files, folders, patterns, "-" for standard input; see expand_paths.
    std::vector<std::string> catalogs;  ///< Files whose declarations every checked file may refer to.
    CheckFormat format = CheckFormat::text;
    ExportTarget target = ExportTarget::none;  ///< What cannot be exported to it is a finding.
    std::vector<std::string> pipelines;        ///< With target: those to look at; empty: all.
    bool require_secrets = false;              ///< Secrets that cannot be found are findings.
    bool deny_warnings = false;
    bool connect = false;  ///< Try the connections that are declared.
    SecretResolver::Sources secrets;
};

/// Validates scripts and the SQL blocks of Markdown files, each file on its own, without writing files and, unless
/// asked to connect, without network. Findings go to standard output, a summary line to standard error. Returns the
/// exit code: 0 clean, 1 findings, 2 usage or a file that cannot be read.
[[nodiscard]] int check_command(const CheckOptions& options);

}  // namespace laminar
