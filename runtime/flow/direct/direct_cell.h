#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/codec/values/wide_integer.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// As what values of a type are kept and compared, one by one, without a statement.
enum class CellKind : std::uint8_t {
    none,   ///< Only a statement can.
    whole,  ///< Whole numbers, and what is held as one: BOOLEAN, DECIMAL, dates and times.
    real,   ///< DOUBLE and FLOAT.
    text    ///< VARCHAR.
};
[[nodiscard]] CellKind cell_kind(const ColumnType& type) noexcept;

/// One value. Text is kept beside it.
struct DirectCell {
    bool is_null = true;
    union {
        WideInteger whole = 0;
        double real;
    };
};

/// A value of a column of such a kind.
[[nodiscard]] DirectCell cell_at(const ColumnVector& column, CellKind kind, std::size_t row);
/// Appends a value to a column whose type is of that kind.
void append_cell(ColumnVector& to, CellKind kind, const DirectCell& cell, std::string_view text);

/// As the engine orders them: NaN is the same as NaN, and greater than all others.
[[nodiscard]] int order_of_reals(double left, double right) noexcept;

/// Which values of a key are the same.
enum class KeyEquality : std::uint8_t {
    group,  ///< Those that GROUP BY takes for the same: NULL and NULL, NaN and NaN, 0.0 and -0.0.
    shown   ///< Those that nobody can tell apart: 0.0 and -0.0 are not.
};

/// Appends bytes to key that are the same for two values where these are.
void append_to_key(std::string& key, const ColumnVector& column, CellKind kind, std::size_t row,
                   KeyEquality equality = KeyEquality::group);

}  // namespace laminar
