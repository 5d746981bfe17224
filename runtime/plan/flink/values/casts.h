#pragma once

#include <cstdint>

#include "parser/text/source_span.h"
#include "runtime/plan/flink/values/findings.h"
#include "runtime/plan/flink/values/written.h"

namespace laminar::flink {

/// What becomes of a value that the type does not have.
enum class CastStyle : std::uint8_t {
    strict,  ///< Here the row is left out and told of, there the job ends. Never another value.
    or_null  ///< TRY_CAST
};

/// A value as another type, with the values that DuckDB's CAST has: rounded where Flink cuts, refused where Flink would
/// wrap or read a text in another way. The value itself where it has the type.
[[nodiscard]] Written cast(Written value, const ColumnType& type, CastStyle style, SourceSpan span,
                           const Findings& findings);
/// Of a value that the type has, whatever it is: only its type changes. CAST(value AS type).
[[nodiscard]] Written widened(Written value, const ColumnType& type, SourceSpan span, const Findings& findings);
/// A value of DECIMAL(38, 0) as a whole number; it fails where the type does not reach so far.
[[nodiscard]] Written checked_whole(Written value, const ColumnType& type, CastStyle style);

}  // namespace laminar::flink
