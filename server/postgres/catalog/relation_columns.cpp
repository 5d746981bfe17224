#include <algorithm>
#include <array>

#include "server/postgres/catalog/relation_shapes.h"

namespace laminar::postgres {

namespace {

struct ColumnTypeOfEngine {
    std::string_view type;
    std::string_view engine;
    std::string_view initial;
};

constexpr std::array types{
    ColumnTypeOfEngine{"oid", "UINTEGER", "0"},
    ColumnTypeOfEngine{"xid", "UINTEGER", "0"},
    ColumnTypeOfEngine{"regtype", "UINTEGER", "0"},
    ColumnTypeOfEngine{"name", "VARCHAR", "''"},
    ColumnTypeOfEngine{"text", "VARCHAR", "NULL"},
    ColumnTypeOfEngine{"char", char_type, "''"},
    ColumnTypeOfEngine{"bool", "BOOLEAN", "false"},
    ColumnTypeOfEngine{"int2", "SMALLINT", "0"},
    ColumnTypeOfEngine{"int4", "INTEGER", "0"},
    ColumnTypeOfEngine{"int8", "BIGINT", "0"},
    ColumnTypeOfEngine{"float4", "REAL", "0"},
    ColumnTypeOfEngine{"float8", "DOUBLE", "0"},
    ColumnTypeOfEngine{"numeric", "DECIMAL(38, 0)", "0"},
    ColumnTypeOfEngine{"interval", "INTERVAL", "NULL"},
    ColumnTypeOfEngine{"timestamptz", "TIMESTAMPTZ", "NULL"},
    ColumnTypeOfEngine{"bytea", "BLOB", "NULL"},
    ColumnTypeOfEngine{"int2vector", "SMALLINT[]", "[]"},
    ColumnTypeOfEngine{"oidvector", "UINTEGER[]", "[]"},
    ColumnTypeOfEngine{"_oid", "UINTEGER[]", "NULL"},
    ColumnTypeOfEngine{"_int2", "SMALLINT[]", "NULL"},
    ColumnTypeOfEngine{"_text", "VARCHAR[]", "NULL"},
    ColumnTypeOfEngine{"_name", "VARCHAR[]", "NULL"},
    ColumnTypeOfEngine{"_char", "VARCHAR[]", "NULL"},
};

const ColumnTypeOfEngine& find(std::string_view type) noexcept {
    static constexpr ColumnTypeOfEngine as_text{"", "VARCHAR", "NULL"};
    const auto* found = std::find_if(types.begin(), types.end(), [&](const auto& each) { return each.type == type; });
    return found == types.end() ? as_text : *found;
}

}  // namespace

const RelationShape* find_relation_shape(std::string_view name) noexcept {
    const std::span<const RelationShape> shapes = relation_shapes();
    const auto found =
        std::find_if(shapes.begin(), shapes.end(), [&](const RelationShape& shape) { return shape.name == name; });
    return found == shapes.end() ? nullptr : &*found;
}

ShapeColumn take_column(std::string_view& columns) noexcept {
    const std::size_t end = std::min(columns.find(' '), columns.size());
    const std::string_view column = columns.substr(0, end);
    columns.remove_prefix(std::min(end + 1, columns.size()));
    const std::size_t colon = column.find(':');
    return {column.substr(0, colon), column.substr(colon + 1)};
}

std::string_view engine_type(std::string_view type) noexcept { return find(type).engine; }

std::string_view default_sql(std::string_view type) noexcept { return find(type).initial; }

}  // namespace laminar::postgres
