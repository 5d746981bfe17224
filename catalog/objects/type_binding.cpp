#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/column_type.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

struct NamedType {
    std::string_view name;
    TypeId id;
};

// Every scalar type name and alias of DuckDB, upper case.
constexpr std::array<NamedType, 79> named_types{{
    {"BOOLEAN", TypeId::boolean},
    {"BOOL", TypeId::boolean},
    {"LOGICAL", TypeId::boolean},
    {"TINYINT", TypeId::tinyint},
    {"INT1", TypeId::tinyint},
    {"SMALLINT", TypeId::smallint},
    {"INT2", TypeId::smallint},
    {"INT16", TypeId::smallint},
    {"SHORT", TypeId::smallint},
    {"INTEGER", TypeId::integer},
    {"INT", TypeId::integer},
    {"INT4", TypeId::integer},
    {"INT32", TypeId::integer},
    {"SIGNED", TypeId::integer},
    {"INTEGRAL", TypeId::integer},
    {"BIGINT", TypeId::bigint},
    {"INT8", TypeId::bigint},
    {"INT64", TypeId::bigint},
    {"LONG", TypeId::bigint},
    {"OID", TypeId::bigint},
    {"HUGEINT", TypeId::hugeint},
    {"INT128", TypeId::hugeint},
    {"UTINYINT", TypeId::utinyint},
    {"UINT8", TypeId::utinyint},
    {"USMALLINT", TypeId::usmallint},
    {"UINT16", TypeId::usmallint},
    {"UINTEGER", TypeId::uinteger},
    {"UINT32", TypeId::uinteger},
    {"UBIGINT", TypeId::ubigint},
    {"UINT64", TypeId::ubigint},
    {"UHUGEINT", TypeId::uhugeint},
    {"UINT128", TypeId::uhugeint},
    {"FLOAT", TypeId::float32},
    {"FLOAT4", TypeId::float32},
    {"REAL", TypeId::float32},
    {"DOUBLE", TypeId::float64},
    {"FLOAT8", TypeId::float64},
    {"DOUBLE PRECISION", TypeId::float64},
    {"DECIMAL", TypeId::decimal},
    {"NUMERIC", TypeId::decimal},
    {"DEC", TypeId::decimal},
    {"VARCHAR", TypeId::varchar},
    {"TEXT", TypeId::varchar},
    {"STRING", TypeId::varchar},
    {"CHAR", TypeId::varchar},
    {"BPCHAR", TypeId::varchar},
    {"NVARCHAR", TypeId::varchar},
    {"CHARACTER", TypeId::varchar},
    {"CHARACTER VARYING", TypeId::varchar},
    {"CHAR VARYING", TypeId::varchar},
    {"BLOB", TypeId::blob},
    {"BYTEA", TypeId::blob},
    {"BINARY", TypeId::blob},
    {"VARBINARY", TypeId::blob},
    {"JSON", TypeId::json},
    {"DATE", TypeId::date},
    {"TIME", TypeId::time},
    {"TIME WITHOUT TIME ZONE", TypeId::time},
    {"TIMETZ", TypeId::time_tz},
    {"TIME WITH TIME ZONE", TypeId::time_tz},
    {"TIMESTAMP", TypeId::timestamp},
    {"TIMESTAMP_US", TypeId::timestamp},
    {"DATETIME", TypeId::timestamp},
    {"TIMESTAMP WITHOUT TIME ZONE", TypeId::timestamp},
    {"TIMESTAMP_S", TypeId::timestamp_s},
    {"TIMESTAMP_MS", TypeId::timestamp_ms},
    {"TIMESTAMP_NS", TypeId::timestamp_ns},
    {"TIMESTAMPTZ", TypeId::timestamp_tz},
    {"TIMESTAMP WITH TIME ZONE", TypeId::timestamp_tz},
    {"INTERVAL", TypeId::interval},
    {"UUID", TypeId::uuid},
    {"GUID", TypeId::uuid},
    {"BIT", TypeId::bit},
    {"BITSTRING", TypeId::bit},
    {"ENUM", TypeId::enumeration},
    {"STRUCT", TypeId::structure},
    {"ROW", TypeId::structure},
    {"MAP", TypeId::map},
    {"UNION", TypeId::union_},
}};

// Types of other systems whose name is nothing like the one to use.
struct ForeignType {
    std::string_view name;
    std::string_view instead;
};
constexpr std::array<ForeignType, 11> foreign_types{{
    {"JSONB", "JSON"},
    {"SERIAL", "BIGINT"},
    {"BIGSERIAL", "BIGINT"},
    {"NUMBER", "DECIMAL or DOUBLE"},
    {"VARCHAR2", "TEXT"},
    {"CLOB", "TEXT"},
    {"MONEY", "DECIMAL(18, 2)"},
    {"DATETIME2", "TIMESTAMP"},
    {"OBJECT", "JSON or STRUCT(...)"},
    {"ARRAY", "a type followed by [], such as TEXT[], or ARRAY<TEXT>"},
    {"LIST", "a type followed by [], such as TEXT[], or ARRAY<TEXT>"},
}};

/// The names people mean most often: better guesses than INT1 for INTT.
std::vector<std::string> usual_names() {
    return {"TEXT",    "INT",  "INTEGER",  "BIGINT",   "DOUBLE",  "BOOLEAN", "TIMESTAMP",   "DATE",
            "DECIMAL", "JSON", "BYTEA",    "VARCHAR",  "FLOAT",   "NUMERIC", "TIMESTAMPTZ", "TIME",
            "UUID",    "BLOB", "INTERVAL", "SMALLINT", "TINYINT", "HUGEINT", "STRUCT",      "MAP"};
}

// Types nest as deeply as data does; beyond this it is an attack on the stack.
constexpr int deepest_type = 100;
constexpr std::int64_t largest_array = 100'000;

class TypeBinder {
public:
    explicit TypeBinder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    std::optional<ColumnType> bind(const ast::TypeName& type, int depth = 0) {
        if (depth > deepest_type) return fail(type, DiagnosticCode::nesting_too_deep, "the type is nested too deeply");
        std::optional<ColumnType> element = bind_without_dimensions(type, depth);
        for (const std::optional<std::int64_t>& dimension : type.dimensions) {
            if (!element) return std::nullopt;
            if (dimension && (*dimension < 1 || *dimension > largest_array))
                return fail(type, DiagnosticCode::unknown_type,
                            fmt::format("an array has 1 to {} elements, not {}", largest_array, *dimension));
            ColumnType wrapper(dimension ? TypeId::array : TypeId::list);
            if (dimension) wrapper.array_size = static_cast<std::uint64_t>(*dimension);
            wrapper.fields.push_back({"", std::move(*element)});
            element = std::move(wrapper);
        }
        return element;
    }

private:
    std::nullopt_t fail(const ast::TypeName& type, DiagnosticCode code, std::string message, std::string hint = {}) {
        diagnostics_.error(code, type.span, std::move(message), std::move(hint));
        return std::nullopt;
    }

    std::optional<ColumnType> bind_without_dimensions(const ast::TypeName& type, int depth) {
        const auto found = std::find_if(named_types.begin(), named_types.end(), [&](const NamedType& named) {
            return equals_ignoring_case(named.name, type.name);
        });
        if (found == named_types.end()) return unknown(type);
        switch (found->id) {
            case TypeId::decimal:
                return bind_decimal(type);
            case TypeId::enumeration:
                return bind_enumeration(type);
            case TypeId::structure:
            case TypeId::union_:
                return bind_fields(type, found->id, depth);
            case TypeId::map:
                return bind_map(type, depth);
            case TypeId::timestamp:
                return bind_timestamp(type);
            case TypeId::varchar:
                // DuckDB takes a length and does not enforce it.
                if (type.modifiers.size() <= 1) return ColumnType(TypeId::varchar);
                break;
            default:
                break;
        }
        if (!type.modifiers.empty())
            return fail(type, DiagnosticCode::unknown_type,
                        fmt::format("type {} takes no numbers in brackets", type.name));
        return ColumnType(found->id);
    }

    std::nullopt_t unknown(const ast::TypeName& type) {
        std::string hint;
        for (const ForeignType& foreign : foreign_types) {
            if (equals_ignoring_case(foreign.name, type.name)) hint = fmt::format("use {}", foreign.instead);
        }
        if (hint.empty()) hint = did_you_mean(type.name, usual_names());
        if (hint.empty()) {
            std::vector<std::string> names;
            for (const NamedType& named : named_types) names.emplace_back(named.name);
            hint = did_you_mean(type.name, names);
        }
        if (hint.empty()) hint = "types are those of DuckDB, such as INTEGER, DOUBLE, TEXT, TIMESTAMP and JSON";
        return fail(type, DiagnosticCode::unknown_type, fmt::format("type \"{}\" does not exist", type.name),
                    std::move(hint));
    }

    std::optional<ColumnType> bind_decimal(const ast::TypeName& type) {
        ColumnType decimal(TypeId::decimal);
        if (type.modifiers.size() > 2)
            return fail(type, DiagnosticCode::unknown_type, fmt::format("{} takes a width and a scale", type.name));
        if (type.modifiers.empty()) return decimal;
        const std::int64_t width = type.modifiers[0];
        const std::int64_t scale = type.modifiers.size() > 1 ? type.modifiers[1] : 0;
        if (width < 1 || width > 38)
            return fail(type, DiagnosticCode::unknown_type,
                        fmt::format("the width of {} is 1 to 38, not {}", type.name, width));
        if (scale < 0 || scale > width)
            return fail(type, DiagnosticCode::unknown_type,
                        fmt::format("the scale of {} is 0 to its width ({}), not {}", type.name, width, scale));
        decimal.width = static_cast<std::uint8_t>(width);
        decimal.scale = static_cast<std::uint8_t>(scale);
        return decimal;
    }

    std::optional<ColumnType> bind_timestamp(const ast::TypeName& type) {
        if (type.modifiers.empty()) return ColumnType(TypeId::timestamp);
        if (type.modifiers.size() == 1) {
            const std::int64_t digits = type.modifiers[0];
            if (digits == 0) return ColumnType(TypeId::timestamp_s);
            if (digits >= 1 && digits <= 3) return ColumnType(TypeId::timestamp_ms);
            if (digits >= 4 && digits <= 6) return ColumnType(TypeId::timestamp);
            if (digits >= 7 && digits <= 9) return ColumnType(TypeId::timestamp_ns);
        }
        return fail(type, DiagnosticCode::unknown_type, "the precision of TIMESTAMP is 0 to 9");
    }

    std::optional<ColumnType> bind_enumeration(const ast::TypeName& type) {
        if (type.values.empty())
            return fail(type, DiagnosticCode::unknown_type, "ENUM needs its values", "for example ENUM('buy', 'sell')");
        std::vector<std::string> sorted = type.values;
        std::sort(sorted.begin(), sorted.end());
        const auto repeated = std::adjacent_find(sorted.begin(), sorted.end());
        if (repeated != sorted.end())
            return fail(type, DiagnosticCode::unknown_type, fmt::format("ENUM has the value '{}' twice", *repeated));
        ColumnType enumeration(TypeId::enumeration);
        enumeration.values = type.values;
        return enumeration;
    }

    std::optional<ColumnType> bind_fields(const ast::TypeName& type, TypeId id, int depth) {
        if (type.fields.empty())
            return fail(type, DiagnosticCode::unknown_type, fmt::format("{} needs its fields", type.name),
                        fmt::format("for example {}(name TEXT, size INTEGER)", type.name));
        ColumnType result(id);
        bool good = true;
        for (const ast::TypeName::Field& field : type.fields) {
            const bool repeated = std::any_of(result.fields.begin(), result.fields.end(), [&](const auto& other) {
                return equals_ignoring_case(other.name, field.name.text);
            });
            if (repeated) {
                diagnostics_.error(DiagnosticCode::duplicate_column, field.name.span,
                                   fmt::format("{} has the field \"{}\" twice", type.name, field.name.text));
                good = false;
            }
            std::optional<ColumnType> bound = bind(field.type, depth + 1);
            good = good && bound;
            if (bound) result.fields.push_back({field.name.text, std::move(*bound)});
        }
        if (!good) return std::nullopt;
        return result;
    }

    std::optional<ColumnType> bind_map(const ast::TypeName& type, int depth) {
        if (type.fields.size() != 2)
            return fail(type, DiagnosticCode::unknown_type, "MAP needs a key type and a value type",
                        "for example MAP(TEXT, DOUBLE)");
        std::optional<ColumnType> key = bind(type.fields[0].type, depth + 1);
        std::optional<ColumnType> value = bind(type.fields[1].type, depth + 1);
        if (!key || !value) return std::nullopt;
        ColumnType map(TypeId::map);
        map.fields.push_back({"key", std::move(*key)});
        map.fields.push_back({"value", std::move(*value)});
        return map;
    }

    Diagnostics& diagnostics_;
};

}  // namespace

std::optional<ColumnType> bind_type(const ast::TypeName& type, Diagnostics& diagnostics) {
    return TypeBinder(diagnostics).bind(type);
}

}  // namespace laminar
