#include "runtime/plan/flink/values/types.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/plan/flink/values/identifiers.h"

namespace laminar::flink {

namespace {

constexpr int most_digits = 38;

std::optional<std::string> written(const ColumnType& type, bool is_of_topic);

std::optional<std::string> structure_text(const ColumnType& type, bool is_of_topic) {
    std::string fields;
    for (const ColumnType::Field& field : type.fields) {
        const auto of_field = written(field.type, is_of_topic);
        if (!of_field) return std::nullopt;
        fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", quoted_name(field.name), *of_field);
    }
    return fmt::format("ROW<{}>", fields);
}

std::optional<std::string> written(const ColumnType& type, bool is_of_topic) {
    const char* timestamp = is_of_topic ? "TIMESTAMP_LTZ" : "TIMESTAMP";
    switch (type.id) {
        case TypeId::boolean:
            return "BOOLEAN";
        case TypeId::tinyint:
            return "TINYINT";
        case TypeId::smallint:
            return "SMALLINT";
        case TypeId::integer:
            return "INT";
        case TypeId::bigint:
            return "BIGINT";
        case TypeId::hugeint:
            return "DECIMAL(38, 0)";
        case TypeId::float32:
            return "FLOAT";
        case TypeId::float64:
            return "DOUBLE";
        case TypeId::decimal:
            return fmt::format("DECIMAL({}, {})", type.width, type.scale);
        case TypeId::varchar:
        case TypeId::json:
            return "STRING";
        case TypeId::date:
            return "DATE";
        case TypeId::timestamp:
            return fmt::format("{}(6)", timestamp);
        case TypeId::timestamp_ms:
            return fmt::format("{}(3)", timestamp);
        case TypeId::timestamp_s:
            return fmt::format("{}(0)", timestamp);
        case TypeId::list: {
            const auto element = written(type.fields.at(0).type, is_of_topic);
            return element ? std::optional(fmt::format("ARRAY<{}>", *element)) : std::nullopt;
        }
        case TypeId::map: {
            // JSON has text alone for keys.
            if (type.fields.at(0).type.id != TypeId::varchar) return std::nullopt;
            const auto value = written(type.fields.at(1).type, is_of_topic);
            return value ? std::optional(fmt::format("MAP<STRING, {}>", *value)) : std::nullopt;
        }
        case TypeId::structure:
            return structure_text(type, is_of_topic);
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<std::string> type_text(const ColumnType& type) { return written(type, false); }

std::optional<std::string> topic_type_text(const ColumnType& type) { return written(type, true); }

bool can_be_read(const ColumnType& type) {
    return type.id != TypeId::hugeint && std::all_of(type.fields.begin(), type.fields.end(),
                                                     [](const auto& field) { return can_be_read(field.type); });
}

bool is_whole(TypeId type) noexcept { return type >= TypeId::tinyint && type <= TypeId::hugeint; }

bool is_floating(TypeId type) noexcept { return type == TypeId::float32 || type == TypeId::float64; }

bool is_number(TypeId type) noexcept { return is_whole(type) || is_floating(type) || type == TypeId::decimal; }

bool is_timestamp(TypeId type) noexcept {
    return type == TypeId::timestamp || type == TypeId::timestamp_ms || type == TypeId::timestamp_s;
}

int digits_of(const ColumnType& type) noexcept {
    switch (type.id) {
        case TypeId::tinyint:
            return 3;
        case TypeId::smallint:
            return 5;
        case TypeId::integer:
            return 10;
        case TypeId::bigint:
            return 19;
        case TypeId::decimal:
            return type.width;
        default:
            return most_digits;
    }
}

int scale_of(const ColumnType& type) noexcept { return type.id == TypeId::decimal ? type.scale : 0; }

ColumnType decimal_type(int width, int scale) {
    ColumnType type(TypeId::decimal);
    type.width = static_cast<std::uint8_t>(std::min(width, most_digits));
    type.scale = static_cast<std::uint8_t>(scale);
    return type;
}

}  // namespace laminar::flink
