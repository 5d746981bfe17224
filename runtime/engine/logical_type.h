#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/objects/column_type.h"
#include "runtime/engine/carried_type.h"
#include "runtime/engine/duckdb_handles.h"

namespace laminar {

/// The library's type for ours. unknown becomes SQLNULL.
[[nodiscard]] LogicalTypeHandle to_logical_type(const ColumnType& type);

/// Ours for the library's: SQLNULL is unknown; types of the library that Laminar does not carry (BIGNUM, TIME_NS) are
/// varchar.
[[nodiscard]] ColumnType from_logical_type(duckdb_logical_type type);

/// Whether the library hands out values of this type only after a cast to varchar, in whole or in some part.
[[nodiscard]] bool needs_cast_to_carried(duckdb_logical_type type);

/// SQL that turns text carried for type back into it; expression itself where nothing is to be done. A union takes its
/// first member whose text form is exactly that text, else the first to which the text can be cast. Text that is not of
/// the type fails the statement with a Conversion error.
[[nodiscard]] std::string cast_from_carried(const std::string& expression, const ColumnType& type);

}  // namespace laminar
