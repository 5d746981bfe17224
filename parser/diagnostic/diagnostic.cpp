#include "parser/diagnostic/diagnostic.h"

#include <utility>

namespace laminar {

std::string_view sql_state_of(const Diagnostic& finding) noexcept {
    return finding.sql_state.empty() ? diagnostic_sql_state(finding.code) : finding.sql_state;
}

void Diagnostics::error(DiagnosticCode code, SourceSpan span, std::string message, std::string hint,
                        std::string_view sql_state) {
    add({code, Severity::error, std::move(message), source_, span, std::move(hint), sql_state});
}

void Diagnostics::warning(DiagnosticCode code, SourceSpan span, std::string message, std::string hint) {
    add({code, Severity::warning, std::move(message), source_, span, std::move(hint)});
}

void Diagnostics::note(DiagnosticCode code, SourceSpan span, std::string message, std::string hint) {
    add({code, Severity::note, std::move(message), source_, span, std::move(hint)});
}

void Diagnostics::add(Diagnostic diagnostic) {
    if (diagnostic.severity == Severity::error) ++error_count_;
    items_.push_back(std::move(diagnostic));
}

}  // namespace laminar
