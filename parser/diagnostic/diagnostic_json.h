#pragma once

#include <string>

#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// A finding as an object of JSON on one line: file (default_file without a source), line, column, end_line and
/// end_column (with a source), severity, code, message, hint.
[[nodiscard]] std::string diagnostic_json(const Diagnostic& diagnostic, const std::string& default_file);

/// "note", "warning" or "error".
[[nodiscard]] std::string_view severity_name(Severity severity) noexcept;

}  // namespace laminar
