#pragma once

#include <cstdint>
#include <string_view>

#include "connectors/rows/column_batch.h"

namespace laminar {

/// Whether a value could be appended to a column. Unless it fits, the column is unchanged.
enum class ValueFit : std::uint8_t {
    fits,
    mismatch,     ///< Not a value of the type.
    out_of_range  ///< A number, date or time beyond what the type holds.
};

/// Append one scalar JSON value to a column of a type that is not nested (and not JSON, which takes raw text). Strict,
/// a type takes what JSON has for it: numbers for numeric types (a fraction of zeros is an integer; DECIMAL rounds half
/// away from zero), numbers of an epoch for timestamps, strings for text, dates, times, timestamps, intervals, UUIDs,
/// BLOB (base64), ENUM, BIT and UNION. With coerce, also what TRY_CAST makes of the value: text of numbers and
/// booleans, numbers and booleans in text, rounded integers, 0/1 for booleans. text is valid UTF-8; number is a JSON
/// number.
[[nodiscard]] ValueFit append_json_number(ColumnVector& column, std::string_view number, bool coerce);
[[nodiscard]] ValueFit append_json_string(ColumnVector& column, std::string_view text, bool coerce);
[[nodiscard]] ValueFit append_json_boolean(ColumnVector& column, bool value, bool coerce);

/// Types that take a JSON object or array, or their text.
[[nodiscard]] bool takes_raw_json(TypeId type) noexcept;

}  // namespace laminar
