#pragma once

#include <memory>
#include <string>

#include "cli/terminal/text_output.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

enum class CheckFormat { text, json, sarif, github, junit };

/// Writes the findings of a check, file by file, in one format.
///   text    as for people, with the source line and carets
///   json    one object a line
///   sarif   SARIF 2.1.0, one document, for code scanning
///   github  workflow commands that GitHub shows as annotations
///   junit   one test case per file; errors, and warnings that are denied, are failures
class FindingReport {
public:
    virtual ~FindingReport() = default;
    virtual void add_file(const std::string& file, const Diagnostics& findings) = 0;
    /// Something that kept a file from being checked; it is said on standard error too.
    virtual void add_failure(const std::string& message) = 0;
    /// Writes what can be written only when all is known. Call once, last.
    virtual void finish() {}
};

/// Borrows output.
[[nodiscard]] std::unique_ptr<FindingReport> make_finding_report(CheckFormat format, bool deny_warnings,
                                                                 TextOutput& output);
[[nodiscard]] std::unique_ptr<FindingReport> make_sarif_report(TextOutput& output);

}  // namespace laminar
