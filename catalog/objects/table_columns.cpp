#include "catalog/objects/table_columns.h"

#include <algorithm>

#include "catalog/objects/column_name.h"
#include "catalog/options/option_schema.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

const MetadataColumn* metadata_named(std::string_view name, PayloadShape shape, const ConnectorRegistry& registry) {
    const bool has_fields = shape == PayloadShape::fields || shape == PayloadShape::record;
    if (!has_fields && equals_ignoring_case(name, "size")) return &*MetadataField::message_size;
    const MetadataColumn* metadata = registry.find_metadata_column(name);
    if (metadata == nullptr || !has_fields) return metadata;
    const bool is_payload = metadata->fact == MetadataFact::message || metadata->fact == MetadataFact::data;
    const bool is_told = shape == PayloadShape::record && metadata->fact != MetadataFact::processed_at;
    return is_payload || is_told ? nullptr : metadata;
}

/// What an option that is a word says; empty without.
std::string word_of(const ConnectionObject& connection, std::string_view option) {
    if (connection.connector == nullptr || !connection.options) return {};
    const auto value = connection.connector->options->value_of(*connection.options, option);
    const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
    return text == nullptr ? std::string() : *text;
}

/// Metadata by which rows of the connection find their way back: no peer says in a message what it is.
bool routes_rows(const ConnectionObject& connection, const MetadataColumn& column) {
    if (connection.connector == nullptr || !column.routes_rows) return false;
    const bool is_its_own = std::any_of(connection.connector->metadata.begin(), connection.connector->metadata.end(),
                                        [&](const MetadataColumn& own) { return &own == &column; });
    return is_its_own &&
           (column.routing_option.empty() || word_of(connection, column.routing_option) == column.routing_value);
}

/// Numbers of sessions grow with every connect, and are of one type in the rest of the engine.
bool holds_any_session(const ColumnType& type) {
    return type.id == TypeId::integer || type.id == TypeId::uinteger || type.id == TypeId::bigint ||
           type.id == TypeId::ubigint;
}

bool is_integer(const ColumnType& type) {
    switch (type.id) {
        case TypeId::tinyint:
        case TypeId::utinyint:
        case TypeId::smallint:
        case TypeId::usmallint:
        case TypeId::hugeint:
        case TypeId::uhugeint:
            return true;
        default:
            return holds_any_session(type);
    }
}

/// The column that takes the whole payload.
ColumnObject* payload_column(std::vector<ColumnObject>& columns, std::string_view name, TypeId type) {
    for (ColumnObject& column : columns) {
        if (!column.computed && equals_ignoring_case(column.name, name) && metadata_fits(type, column.type))
            return &column;
    }
    for (ColumnObject& column : columns) {
        if (!column.metadata && !column.computed && metadata_fits(type, column.type)) return &column;
    }
    return nullptr;
}

}  // namespace

PayloadShape payload_shape(const ConnectionObject& connection) {
    const std::string format = word_of(connection, "format");
    if (format == "text") return PayloadShape::text;
    if (format == "binary") return PayloadShape::bytes;
    return PayloadShape::fields;
}

bool carries_changes(const ConnectionObject& connection) { return word_of(connection, "format") == "debezium_json"; }

std::vector<std::string> engine_column_names(const std::vector<ColumnObject>& columns) {
    std::vector<std::string> names;
    for (const ColumnObject& column : columns) names.push_back(column.name);
    return engine_column_names(names);
}

std::string engine_name_of(const std::vector<ColumnObject>& columns, std::string_view name) {
    const ColumnObject* column = find_column(columns, name);
    if (column == nullptr) return std::string(name);
    return engine_column_names(columns)[static_cast<std::size_t>(column - columns.data())];
}

const ColumnObject* find_column(const std::vector<ColumnObject>& columns, std::string_view name) noexcept {
    const ColumnObject* found = nullptr;
    for (const ColumnObject& column : columns) {
        if (column.name == name) return &column;
        if (found == nullptr && equals_ignoring_case(column.name, name)) found = &column;
    }
    return found;
}

bool check_column_name(std::string_view name, SourceSpan span, Diagnostics& diagnostics) {
    if (!is_reserved_column_name(name)) return true;
    diagnostics.error(
        DiagnosticCode::invalid_definition, span,
        "a column cannot be called \"" + without_column_marks(std::string(name)) + "\": such names are Laminar's own",
        "give it another name; a column of a table takes such a field by WITH (json_path = '...')");
    return false;
}

bool metadata_fits(TypeId metadata, const ColumnType& column) {
    switch (metadata) {
        case TypeId::varchar:
            return column.id == TypeId::varchar;
        case TypeId::blob:
            return column.id == TypeId::blob;
        case TypeId::json:
            return column.id == TypeId::json || column.id == TypeId::varchar;
        case TypeId::timestamp:
            return column.id == TypeId::timestamp || column.id == TypeId::timestamp_tz ||
                   column.id == TypeId::timestamp_ms || column.id == TypeId::timestamp_s ||
                   column.id == TypeId::timestamp_ns;
        case TypeId::bigint:
        case TypeId::integer:
            switch (column.id) {
                case TypeId::integer:
                case TypeId::bigint:
                case TypeId::hugeint:
                case TypeId::uinteger:
                case TypeId::ubigint:
                case TypeId::uhugeint:
                    return true;
                default:
                    return false;
            }
        default:
            return false;
    }
}

const ColumnObject* find_unfit_routing_column(const std::vector<ColumnObject>& columns,
                                              const ConnectionObject& connection) {
    if (connection.connector == nullptr) return nullptr;
    for (const MetadataColumn& own : connection.connector->metadata) {
        if (own.type != TypeId::bigint || !routes_rows(connection, own)) continue;
        const auto found = std::find_if(columns.begin(), columns.end(), [&](const ColumnObject& column) {
            return equals_ignoring_case(column.name, own.name) && column.json_path.empty() && !column.takes_all &&
                   is_integer(column.type) && !holds_any_session(column.type);
        });
        if (found != columns.end()) return &*found;
    }
    return nullptr;
}

void assign_metadata(std::vector<ColumnObject>& columns, PayloadShape shape, const ConnectionObject& connection,
                     const ConnectorRegistry& registry) {
    for (ColumnObject& column : columns) {
        if (column.computed) continue;
        const MetadataColumn* metadata = metadata_named(column.name, shape, registry);
        if (metadata == nullptr || !column.json_path.empty() || column.takes_all) continue;
        const bool payload_as_json = metadata->fact == MetadataFact::message && column.type.id == TypeId::json;
        if (metadata_fits(metadata->type, column.type) || payload_as_json) column.metadata.emplace(*metadata);
        column.never_filled = column.metadata && routes_rows(connection, **column.metadata);
    }
    ColumnObject* payload = nullptr;
    if (shape == PayloadShape::text) payload = payload_column(columns, "message", TypeId::varchar);
    if (shape == PayloadShape::bytes) payload = payload_column(columns, "data", TypeId::blob);
    if (payload != nullptr)
        payload->metadata = shape == PayloadShape::text ? MetadataField::message : MetadataField::data;
}

}  // namespace laminar
