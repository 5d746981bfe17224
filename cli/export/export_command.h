#pragma once

#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"

namespace laminar {

struct ExportOptions {
    std::string directory;               ///< Where the files go; it is made. "-": all go to standard output.
    std::vector<std::string> paths;      ///< Scripts, which together are one.
    std::vector<std::string> catalogs;   ///< Files whose declarations it may refer to.
    std::vector<std::string> pipelines;  ///< Those to export; empty: all.
    std::string bootstrap_servers = "localhost:9092";
    SecretResolver::Sources secrets;
};

/// Writes the pipelines of scripts for Apache Flink: pipelines.sql, ingest.sql and NOTES.md. Findings go to standard
/// error. Nothing is written where one is an error. Returns the exit code: 0 written, 1 findings, 2 usage, or a file
/// that cannot be read or written.
[[nodiscard]] int export_command(const ExportOptions& options);

}  // namespace laminar
