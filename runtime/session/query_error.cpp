#include "runtime/session/query_error.h"

#include "runtime/engine/error_message.h"

namespace laminar {

void report_engine_error(const EngineError& error, const WrittenSql* sql, SourceSpan fallback,
                         Diagnostics& diagnostics) {
    if (error.type == "Interrupt" || error.type == "INTERRUPT") {
        diagnostics.error(DiagnosticCode::cancelled, fallback, "the query was cancelled");
        return;
    }
    ErrorMessage described = describe_engine_error(error);
    SourceSpan span = fallback;
    if (sql && error.position) {
        const SourceSpan origin = sql->origin_of(*error.position);
        if (!origin.empty()) span = origin;
    }
    diagnostics.error(described.code, span, std::move(described.message), std::move(described.hint),
                      described.sql_state);
}

}  // namespace laminar
