#pragma once

#include "parser/diagnostic/diagnostic_codes.h"

namespace laminar {

/// Codes of what a script says that the target of an export cannot be told, as those of LAMINAR_DIAGNOSTICS. They are a
/// list of their own, whose values follow those: only what exports scripts is compiled anew when it grows.
#define LAMINAR_TARGET_DIAGNOSTICS(X)                                                                                  \
    X(no_equal_in_target, "L421", "0A000", "The target of the export has nothing that means the same",                 \
      "Say it in another way, as the hint tells, or let a pipeline in Laminar compute it before the rows leave: what " \
      "is exported never means something else.")                                                                       \
    X(not_in_target, "L422", "0A000", "A query refers to what the target of the export does not have",                 \
      "The target reads topics: declare the rows as a table over a connection, or leave the pipeline to Laminar by "   \
      "naming the others with --pipeline.")                                                                            \
    X(target_differs, "L531", "01000", "Some values come out otherwise in the target of the export",                   \
      "The message says which values, the hint how to leave them no room. Nothing has to be done where there are "     \
      "none.")

enum class TargetCode {
    before = static_cast<int>(DiagnosticCode::internal_error),
#define LAMINAR_TARGET_ENUMERATOR(name, code, state, title, advice) name,
    LAMINAR_TARGET_DIAGNOSTICS(LAMINAR_TARGET_ENUMERATOR)
#undef LAMINAR_TARGET_ENUMERATOR
};
#define LAMINAR_TARGET_CONSTANT(name, code, state, title, advice) \
    inline constexpr auto name = static_cast<DiagnosticCode>(TargetCode::name);
LAMINAR_TARGET_DIAGNOSTICS(LAMINAR_TARGET_CONSTANT)
#undef LAMINAR_TARGET_CONSTANT

}  // namespace laminar
