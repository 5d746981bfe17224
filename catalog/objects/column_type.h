#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/name.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Every DuckDB column type. unknown stands for "not decided yet" (a column of a connection whose
/// use does not tell) and never reaches a table.
enum class TypeId : std::uint8_t {
    unknown,
    boolean,
    tinyint,
    smallint,
    integer,
    bigint,
    hugeint,
    utinyint,
    usmallint,
    uinteger,
    ubigint,
    uhugeint,
    float32,
    float64,
    decimal,
    varchar,
    blob,
    json,
    date,
    time,
    time_tz,
    timestamp,
    timestamp_s,
    timestamp_ms,
    timestamp_ns,
    timestamp_tz,
    interval,
    uuid,
    bit,
    enumeration,
    list,
    array,
    structure,
    map,
    union_
};

/// A column type in full. A value: cheap to copy for scalars, comparable.
struct ColumnType {
    struct Field;

    TypeId id = TypeId::unknown;
    std::uint8_t width = 18;          ///< decimal only.
    std::uint8_t scale = 3;           ///< decimal only.
    std::uint64_t array_size = 0;     ///< array only.
    std::vector<std::string> values;  ///< enumeration only.
    std::vector<Field> fields;        ///< list, array: one; map: key, value; structure, union_: named.

    ColumnType();
    ColumnType(TypeId type);  // NOLINT(google-explicit-constructor): implicit by design

    [[nodiscard]] bool is_nested() const noexcept;
    friend bool operator==(const ColumnType&, const ColumnType&);
};

struct ColumnType::Field {
    std::string name;
    ColumnType type;
    friend bool operator==(const Field&, const Field&) = default;
};

// Here, where the elements of fields are a complete type.
inline ColumnType::ColumnType() = default;
inline ColumnType::ColumnType(TypeId type) : id(type) {}

/// The type as DuckDB SQL spells it: DECIMAL(18,3), STRUCT("a" INTEGER)[].
[[nodiscard]] std::string to_sql(const ColumnType& type);

/// Resolves a type as written (TEXT, BYTEA, INT8, DOUBLE PRECISION, ...; every alias DuckDB has). Reports unknown_type
/// with a suggestion and returns nullopt when there is none, or when its modifiers make no sense.
[[nodiscard]] std::optional<ColumnType> bind_type(const ast::TypeName& type, Diagnostics& diagnostics);

/// Parses the text to_sql writes (what DuckDB's typeof returns). nullopt when it is not a type.
[[nodiscard]] std::optional<ColumnType> parse_column_type(std::string_view text);

}  // namespace laminar
