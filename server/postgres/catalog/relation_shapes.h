#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace laminar::postgres {

/// A relation of PostgreSQL 15's catalog: "oid:oid typname:name ...", each column with its type. Immutable data.
struct RelationShape {
    std::string_view name;
    std::uint32_t oid = 0;
    char kind = 'r';  ///< r: a table, v: a view.
    std::string_view columns;
};

/// Those that clients ask for; statistics of PostgreSQL's own working are not among them.
[[nodiscard]] std::span<const RelationShape> relation_shapes() noexcept;

/// By its name in lower case. Null: there is none.
[[nodiscard]] const RelationShape* find_relation_shape(std::string_view name) noexcept;

struct ShapeColumn {
    std::string_view name;
    std::string_view type;  ///< As PostgreSQL names it: "int4", "_text".
};

/// Takes the first column away from the rest. The text must not be empty.
[[nodiscard]] ShapeColumn take_column(std::string_view& columns) noexcept;

/// The type of the engine that stands for one of a shape. "char" is an enumeration there and oid is UINTEGER:
/// nothing else in the catalog is, so that what they mean survives queries (TypeUse).
[[nodiscard]] std::string_view engine_type(std::string_view type) noexcept;
/// SQL of what a column has that nothing fills: NULL where PostgreSQL's may be, else 0, false or an empty text.
[[nodiscard]] std::string_view default_sql(std::string_view type) noexcept;

/// The name of that enumeration.
inline constexpr std::string_view char_type = "pg_char";

}  // namespace laminar::postgres
