#pragma once

#include <cstdint>

#include "catalog/objects/column_type.h"

namespace laminar::postgres {

/// What RowDescription says of a column's type.
struct PostgresType {
    std::int32_t oid = 0;
    std::int16_t size = -1;      ///< In bytes; -1: it varies.
    std::int32_t modifier = -1;  ///< -1: none.
};

/// Whose values: in the catalog (server/postgres/catalog/) an enumeration is "char", and UINTEGER is oid.
enum class TypeUse : std::uint8_t { rows, catalog };

/// The type of PostgreSQL that holds every value of a type: the next larger one where there is none of the same size
/// (UINTEGER is int8, HUGEINT is numeric). Lists and arrays of plain values are arrays; what else is nested is json.
[[nodiscard]] PostgresType postgres_type(const ColumnType& type, TypeUse use = TypeUse::rows) noexcept;

/// Whether values of the type are written as {a,b}.
[[nodiscard]] bool is_postgres_array(const ColumnType& type) noexcept;

}  // namespace laminar::postgres
