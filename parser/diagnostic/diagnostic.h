#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic/diagnostic_codes.h"
#include "parser/text/source_text.h"

namespace laminar {

enum class Severity { note, warning, error };

/// One finding about a user's text: what, where, and what to do about it.
/// User errors are always diagnostics; exceptions are for bugs and for resources that fail.
struct Diagnostic {
    DiagnosticCode code = DiagnosticCode::internal_error;
    Severity severity = Severity::error;
    std::string message;   ///< One sentence, no trailing full stop, names quoted with "".
    SourceTextPtr source;  ///< Null only for findings without a text (command line, run time).
    SourceSpan span;       ///< Where, within source.
    std::string hint;      ///< What to do; empty when the message says it all.
    /// The SQLSTATE, where the finding knows a nearer one than its code (sql_state_of). Of static text.
    std::string_view sql_state = {};
};

/// Five characters, for clients that tell errors apart by them.
[[nodiscard]] std::string_view sql_state_of(const Diagnostic& finding) noexcept;

/// Collects findings in the order in which they were made. Not thread-safe; one per task.
/// Bound to one source at a time, so that callers report spans alone.
class Diagnostics {
public:
    explicit Diagnostics(SourceTextPtr source = nullptr) : source_(std::move(source)) {}

    void set_source(SourceTextPtr source) { source_ = std::move(source); }
    [[nodiscard]] const SourceTextPtr& source() const noexcept { return source_; }

    void error(DiagnosticCode code, SourceSpan span, std::string message, std::string hint = {},
               std::string_view sql_state = {});
    void warning(DiagnosticCode code, SourceSpan span, std::string message, std::string hint = {});
    void note(DiagnosticCode code, SourceSpan span, std::string message, std::string hint = {});
    void add(Diagnostic diagnostic);

    [[nodiscard]] const std::vector<Diagnostic>& all() const noexcept { return items_; }
    [[nodiscard]] bool has_errors() const noexcept { return error_count_ > 0; }
    [[nodiscard]] std::size_t error_count() const noexcept { return error_count_; }

private:
    SourceTextPtr source_;
    std::vector<Diagnostic> items_;
    std::size_t error_count_ = 0;
};

}  // namespace laminar
