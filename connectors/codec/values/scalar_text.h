#pragma once

#include <cstdint>
#include <string>

#include "connectors/codec/values/wide_integer.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// How moments are spelled: "2026-01-02 03:04:05" (with "+00" when they have a time zone), or "2026-01-02T03:04:05Z".
enum class MomentStyle : std::uint8_t { spaced, iso };

/// Appends a valid value whose text is the same wherever it is written: booleans, integers, decimals, finite floats,
/// dates, times, moments (but for their style), intervals and UUIDs. False, with nothing appended, for strings of any
/// kind, nested values, and floats that are no number.
bool append_scalar_text(std::string& out, const ColumnVector& column, std::size_t row, MomentStyle style);

/// A value of a type that is laid out as an integer, a BOOLEAN among them; whatever the type makes of it is up to the
/// caller.
[[nodiscard]] WideInteger integer_at(const ColumnVector& column, std::size_t row);

/// Of at most 64 bits.
[[nodiscard]] bool is_integer(TypeId type) noexcept;
/// Whether values of the type are numbers.
[[nodiscard]] bool is_numeric(const ColumnType& type) noexcept;

}  // namespace laminar
