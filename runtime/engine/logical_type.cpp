#include "runtime/engine/logical_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "parser/write/sql_writer.h"

namespace laminar {

namespace {

struct TypePair {
    TypeId ours;
    duckdb_type theirs;
};

/// Types without parameters, both ways.
constexpr std::array scalar_types{
    TypePair{TypeId::unknown, DUCKDB_TYPE_SQLNULL},
    TypePair{TypeId::boolean, DUCKDB_TYPE_BOOLEAN},
    TypePair{TypeId::tinyint, DUCKDB_TYPE_TINYINT},
    TypePair{TypeId::smallint, DUCKDB_TYPE_SMALLINT},
    TypePair{TypeId::integer, DUCKDB_TYPE_INTEGER},
    TypePair{TypeId::bigint, DUCKDB_TYPE_BIGINT},
    TypePair{TypeId::hugeint, DUCKDB_TYPE_HUGEINT},
    TypePair{TypeId::utinyint, DUCKDB_TYPE_UTINYINT},
    TypePair{TypeId::usmallint, DUCKDB_TYPE_USMALLINT},
    TypePair{TypeId::uinteger, DUCKDB_TYPE_UINTEGER},
    TypePair{TypeId::ubigint, DUCKDB_TYPE_UBIGINT},
    TypePair{TypeId::uhugeint, DUCKDB_TYPE_UHUGEINT},
    TypePair{TypeId::float32, DUCKDB_TYPE_FLOAT},
    TypePair{TypeId::float64, DUCKDB_TYPE_DOUBLE},
    TypePair{TypeId::varchar, DUCKDB_TYPE_VARCHAR},
    TypePair{TypeId::blob, DUCKDB_TYPE_BLOB},
    TypePair{TypeId::date, DUCKDB_TYPE_DATE},
    TypePair{TypeId::time, DUCKDB_TYPE_TIME},
    TypePair{TypeId::time_tz, DUCKDB_TYPE_TIME_TZ},
    TypePair{TypeId::timestamp, DUCKDB_TYPE_TIMESTAMP},
    TypePair{TypeId::timestamp_s, DUCKDB_TYPE_TIMESTAMP_S},
    TypePair{TypeId::timestamp_ms, DUCKDB_TYPE_TIMESTAMP_MS},
    TypePair{TypeId::timestamp_ns, DUCKDB_TYPE_TIMESTAMP_NS},
    TypePair{TypeId::timestamp_tz, DUCKDB_TYPE_TIMESTAMP_TZ},
    TypePair{TypeId::interval, DUCKDB_TYPE_INTERVAL},
    TypePair{TypeId::uuid, DUCKDB_TYPE_UUID},
    TypePair{TypeId::bit, DUCKDB_TYPE_BIT},
};

/// The members of a struct or union in the form in which the C functions take them.
struct MemberList {
    std::vector<LogicalTypeHandle> owned;
    std::vector<duckdb_logical_type> types;
    std::vector<const char*> names;

    explicit MemberList(const ColumnType& type) {
        for (const ColumnType::Field& field : type.fields) {
            owned.push_back(to_logical_type(field.type));
            types.push_back(owned.back().get());
            names.push_back(field.name.c_str());
        }
    }
};

ColumnType with_fields(TypeId id, std::vector<ColumnType::Field> fields) {
    ColumnType type(id);
    type.fields = std::move(fields);
    return type;
}

ColumnType from_struct(duckdb_logical_type type) {
    std::vector<ColumnType::Field> fields;
    for (idx_t index = 0; index < duckdb_struct_type_child_count(type); ++index) {
        const LogicalTypeHandle child(duckdb_struct_type_child_type(type, index));
        fields.push_back({take_string(duckdb_struct_type_child_name(type, index)), from_logical_type(child.get())});
    }
    return with_fields(TypeId::structure, std::move(fields));
}

ColumnType from_union(duckdb_logical_type type) {
    std::vector<ColumnType::Field> fields;
    for (idx_t index = 0; index < duckdb_union_type_member_count(type); ++index) {
        const LogicalTypeHandle member(duckdb_union_type_member_type(type, index));
        fields.push_back({take_string(duckdb_union_type_member_name(type, index)), from_logical_type(member.get())});
    }
    return with_fields(TypeId::union_, std::move(fields));
}

ColumnType from_map(duckdb_logical_type type) {
    const LogicalTypeHandle key(duckdb_map_type_key_type(type));
    const LogicalTypeHandle value(duckdb_map_type_value_type(type));
    return with_fields(TypeId::map, {{"key", from_logical_type(key.get())}, {"value", from_logical_type(value.get())}});
}

ColumnType from_enumeration(duckdb_logical_type type) {
    ColumnType result(TypeId::enumeration);
    const std::uint32_t size = duckdb_enum_dictionary_size(type);
    result.values.reserve(size);
    for (std::uint32_t index = 0; index < size; ++index)
        result.values.push_back(take_string(duckdb_enum_dictionary_value(type, index)));
    return result;
}

/// The type of the elements of a list or an array; the name of that one field is not part of the type.
ColumnType from_element(TypeId id, LogicalTypeHandle child) {
    return with_fields(id, {{{}, from_logical_type(child.get())}});
}

std::string union_from_text(const std::string& text, const ColumnType& type) {
    std::string exact;
    std::string possible;
    for (const ColumnType::Field& member : type.fields) {
        const std::string member_type = to_sql(member.type);
        const std::string value = fmt::format("TRY_CAST({} AS {})", text, member_type);
        const std::string made = fmt::format(" THEN CAST(union_value({} := {}) AS {})",
                                             always_quote_identifier(member.name), value, to_sql(type));
        exact += fmt::format(" WHEN CAST({} AS VARCHAR) = {}{}", value, text, made);
        possible += fmt::format(" WHEN {} IS NOT NULL{}", value, made);
    }
    return fmt::format("CASE WHEN {} IS NULL THEN NULL{}{} END", text, exact, possible);
}

}  // namespace

LogicalTypeHandle to_logical_type(const ColumnType& type) {
    switch (type.id) {
        case TypeId::decimal:
            return LogicalTypeHandle(duckdb_create_decimal_type(type.width, type.scale));
        case TypeId::json: {
            LogicalTypeHandle json(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
            duckdb_logical_type_set_alias(json.get(), "JSON");
            return json;
        }
        case TypeId::enumeration: {
            std::vector<const char*> values;
            for (const std::string& value : type.values) values.push_back(value.c_str());
            return LogicalTypeHandle(duckdb_create_enum_type(values.data(), values.size()));
        }
        case TypeId::list: {
            const LogicalTypeHandle child = to_logical_type(type.fields.at(0).type);
            return LogicalTypeHandle(duckdb_create_list_type(child.get()));
        }
        case TypeId::array: {
            const LogicalTypeHandle child = to_logical_type(type.fields.at(0).type);
            return LogicalTypeHandle(duckdb_create_array_type(child.get(), type.array_size));
        }
        case TypeId::map: {
            const LogicalTypeHandle key = to_logical_type(type.fields.at(0).type);
            const LogicalTypeHandle value = to_logical_type(type.fields.at(1).type);
            return LogicalTypeHandle(duckdb_create_map_type(key.get(), value.get()));
        }
        case TypeId::structure: {
            MemberList members(type);
            return LogicalTypeHandle(
                duckdb_create_struct_type(members.types.data(), members.names.data(), members.types.size()));
        }
        case TypeId::union_: {
            MemberList members(type);
            return LogicalTypeHandle(
                duckdb_create_union_type(members.types.data(), members.names.data(), members.types.size()));
        }
        default:
            break;
    }
    const auto* pair = std::find_if(scalar_types.begin(), scalar_types.end(),
                                    [&](const TypePair& candidate) { return candidate.ours == type.id; });
    return LogicalTypeHandle(duckdb_create_logical_type(pair->theirs));
}

ColumnType from_logical_type(duckdb_logical_type type) {
    const duckdb_type id = duckdb_get_type_id(type);
    switch (id) {
        case DUCKDB_TYPE_DECIMAL: {
            ColumnType decimal(TypeId::decimal);
            decimal.width = duckdb_decimal_width(type);
            decimal.scale = duckdb_decimal_scale(type);
            return decimal;
        }
        case DUCKDB_TYPE_VARCHAR:
            return take_string(duckdb_logical_type_get_alias(type)) == "JSON" ? TypeId::json : TypeId::varchar;
        case DUCKDB_TYPE_ENUM:
            return from_enumeration(type);
        case DUCKDB_TYPE_LIST:
            return from_element(TypeId::list, LogicalTypeHandle(duckdb_list_type_child_type(type)));
        case DUCKDB_TYPE_ARRAY: {
            ColumnType array = from_element(TypeId::array, LogicalTypeHandle(duckdb_array_type_child_type(type)));
            array.array_size = duckdb_array_type_array_size(type);
            return array;
        }
        case DUCKDB_TYPE_MAP:
            return from_map(type);
        case DUCKDB_TYPE_STRUCT:
            return from_struct(type);
        case DUCKDB_TYPE_UNION:
            return from_union(type);
        default:
            break;
    }
    const auto* pair = std::find_if(scalar_types.begin(), scalar_types.end(),
                                    [&](const TypePair& candidate) { return candidate.theirs == id; });
    return pair == scalar_types.end() ? ColumnType(TypeId::varchar) : ColumnType(pair->ours);
}

bool needs_cast_to_carried(duckdb_logical_type type) {
    switch (duckdb_get_type_id(type)) {
        case DUCKDB_TYPE_LIST:
            return needs_cast_to_carried(LogicalTypeHandle(duckdb_list_type_child_type(type)).get());
        case DUCKDB_TYPE_ARRAY:
            return needs_cast_to_carried(LogicalTypeHandle(duckdb_array_type_child_type(type)).get());
        case DUCKDB_TYPE_MAP:
            return needs_cast_to_carried(LogicalTypeHandle(duckdb_map_type_key_type(type)).get()) ||
                   needs_cast_to_carried(LogicalTypeHandle(duckdb_map_type_value_type(type)).get());
        case DUCKDB_TYPE_STRUCT:
            for (idx_t index = 0; index < duckdb_struct_type_child_count(type); ++index)
                if (needs_cast_to_carried(LogicalTypeHandle(duckdb_struct_type_child_type(type, index)).get()))
                    return true;
            return false;
        case DUCKDB_TYPE_ENUM:
        case DUCKDB_TYPE_UNION:
        case DUCKDB_TYPE_BIT:
        case DUCKDB_TYPE_TIME_TZ:
        case DUCKDB_TYPE_TIME_NS:
        case DUCKDB_TYPE_BIGNUM:
        case DUCKDB_TYPE_INVALID:
            return true;
        default:
            return false;
    }
}

std::string cast_from_carried(const std::string& expression, const ColumnType& type) {
    if (type.id == TypeId::unknown || carried_type(type) == type) return expression;
    if (type.id == TypeId::union_) return union_from_text(expression, type);
    return "CAST(" + expression + " AS " + to_sql(type) + ")";
}

}  // namespace laminar
