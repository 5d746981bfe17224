#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

namespace {

struct KnownType {
    PostgresType type;
    std::int32_t array_oid = 0;
};

/// modifier of numeric(width, scale): PostgreSQL adds the size of its length word.
constexpr std::int32_t length_word = 4;

KnownType known_type(const ColumnType& type, TypeUse use) noexcept {
    if (use == TypeUse::catalog && type.id == TypeId::uinteger) return {{26, 4}, 1028};
    if (use == TypeUse::catalog && type.id == TypeId::enumeration) return {{18, 1}, 1002};
    switch (type.id) {
        case TypeId::boolean:
            return {{16, 1}, 1000};
        case TypeId::tinyint:
        case TypeId::smallint:
        case TypeId::utinyint:
            return {{21, 2}, 1005};
        case TypeId::integer:
        case TypeId::usmallint:
            return {{23, 4}, 1007};
        case TypeId::bigint:
        case TypeId::uinteger:
            return {{20, 8}, 1016};
        case TypeId::hugeint:
        case TypeId::ubigint:
        case TypeId::uhugeint:
            return {{1700}, 1231};
        case TypeId::decimal:
            return {{1700, -1, ((std::int32_t{type.width} << 16) | std::int32_t{type.scale}) + length_word}, 1231};
        case TypeId::float32:
            return {{700, 4}, 1021};
        case TypeId::float64:
            return {{701, 8}, 1022};
        case TypeId::blob:
            return {{17}, 1001};
        case TypeId::date:
            return {{1082, 4}, 1182};
        case TypeId::time:
            return {{1083, 8}, 1183};
        case TypeId::time_tz:
            return {{1266, 12}, 1270};
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
            return {{1114, 8}, 1115};
        case TypeId::timestamp_tz:
            return {{1184, 8}, 1185};
        case TypeId::interval:
            return {{1186, 16}, 1187};
        case TypeId::uuid:
            return {{2950, 16}, 2951};
        case TypeId::bit:
            return {{1562}, 1563};
        case TypeId::json:
        case TypeId::list:
        case TypeId::array:
        case TypeId::structure:
        case TypeId::map:
        case TypeId::union_:
            return {{114}, 199};
        case TypeId::unknown:
        case TypeId::varchar:
        case TypeId::enumeration:
            return {{25}, 1009};
    }
    return {{25}, 1009};
}

}  // namespace

bool is_postgres_array(const ColumnType& type) noexcept {
    return (type.id == TypeId::list || type.id == TypeId::array) && !type.fields.front().type.is_nested();
}

PostgresType postgres_type(const ColumnType& type, TypeUse use) noexcept {
    if (!is_postgres_array(type)) return known_type(type, use).type;
    const KnownType element = known_type(type.fields.front().type, use);
    return {element.array_oid, -1, element.type.modifier};
}

}  // namespace laminar::postgres
