#include "catalog/objects/column_type.h"

#include <fmt/format.h>

namespace laminar {
namespace {

void append_quoted(std::string& text, std::string_view name, char quote) {
    text += quote;
    for (const char character : name) {
        if (character == quote) text += quote;
        text += character;
    }
    text += quote;
}

std::string_view plain_name(TypeId id) {
    switch (id) {
        case TypeId::unknown:
            return "UNKNOWN";
        case TypeId::boolean:
            return "BOOLEAN";
        case TypeId::tinyint:
            return "TINYINT";
        case TypeId::smallint:
            return "SMALLINT";
        case TypeId::integer:
            return "INTEGER";
        case TypeId::bigint:
            return "BIGINT";
        case TypeId::hugeint:
            return "HUGEINT";
        case TypeId::utinyint:
            return "UTINYINT";
        case TypeId::usmallint:
            return "USMALLINT";
        case TypeId::uinteger:
            return "UINTEGER";
        case TypeId::ubigint:
            return "UBIGINT";
        case TypeId::uhugeint:
            return "UHUGEINT";
        case TypeId::float32:
            return "FLOAT";
        case TypeId::float64:
            return "DOUBLE";
        case TypeId::decimal:
            return "DECIMAL";
        case TypeId::varchar:
            return "VARCHAR";
        case TypeId::blob:
            return "BLOB";
        case TypeId::json:
            return "JSON";
        case TypeId::date:
            return "DATE";
        case TypeId::time:
            return "TIME";
        case TypeId::time_tz:
            return "TIME WITH TIME ZONE";
        case TypeId::timestamp:
            return "TIMESTAMP";
        case TypeId::timestamp_s:
            return "TIMESTAMP_S";
        case TypeId::timestamp_ms:
            return "TIMESTAMP_MS";
        case TypeId::timestamp_ns:
            return "TIMESTAMP_NS";
        case TypeId::timestamp_tz:
            return "TIMESTAMP WITH TIME ZONE";
        case TypeId::interval:
            return "INTERVAL";
        case TypeId::uuid:
            return "UUID";
        case TypeId::bit:
            return "BIT";
        case TypeId::enumeration:
            return "ENUM";
        case TypeId::structure:
            return "STRUCT";
        case TypeId::map:
            return "MAP";
        case TypeId::union_:
            return "UNION";
        case TypeId::list:
        case TypeId::array:
            break;
    }
    return {};
}

void append_type(std::string& text, const ColumnType& type);

void append_fields(std::string& text, const ColumnType& type) {
    text += '(';
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        if (i > 0) text += ", ";
        if (type.id != TypeId::map) {
            append_quoted(text, type.fields[i].name, '"');
            text += ' ';
        }
        append_type(text, type.fields[i].type);
    }
    text += ')';
}

void append_type(std::string& text, const ColumnType& type) {
    switch (type.id) {
        case TypeId::list:
            append_type(text, type.fields.at(0).type);
            text += "[]";
            return;
        case TypeId::array:
            append_type(text, type.fields.at(0).type);
            text += fmt::format("[{}]", type.array_size);
            return;
        default:
            break;
    }
    text += plain_name(type.id);
    if (type.id == TypeId::decimal) text += fmt::format("({},{})", type.width, type.scale);
    if (type.id == TypeId::structure || type.id == TypeId::map || type.id == TypeId::union_) append_fields(text, type);
    if (type.id == TypeId::enumeration) {
        text += '(';
        for (std::size_t i = 0; i < type.values.size(); ++i) {
            if (i > 0) text += ", ";
            append_quoted(text, type.values[i], '\'');
        }
        text += ')';
    }
}

}  // namespace

bool ColumnType::is_nested() const noexcept {
    return id == TypeId::list || id == TypeId::array || id == TypeId::structure || id == TypeId::map ||
           id == TypeId::union_;
}

bool operator==(const ColumnType& a, const ColumnType& b) {
    if (a.id != b.id) return false;
    switch (a.id) {
        case TypeId::decimal:
            return a.width == b.width && a.scale == b.scale;
        case TypeId::enumeration:
            return a.values == b.values;
        case TypeId::array:
            return a.array_size == b.array_size && a.fields == b.fields;
        case TypeId::map:
            // Its fields are the key and the value, whatever they may be called.
            return a.fields.size() == 2 && b.fields.size() == 2 && a.fields[0].type == b.fields[0].type &&
                   a.fields[1].type == b.fields[1].type;
        case TypeId::list:
            return a.fields.size() == 1 && b.fields.size() == 1 && a.fields[0].type == b.fields[0].type;
        case TypeId::structure:
        case TypeId::union_:
            return a.fields == b.fields;
        default:
            return true;
    }
}

std::string to_sql(const ColumnType& type) {
    std::string text;
    append_type(text, type);
    return text;
}

}  // namespace laminar
