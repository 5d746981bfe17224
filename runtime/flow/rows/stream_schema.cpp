#include "runtime/flow/rows/stream_schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"

namespace laminar {

namespace {

/// Text payloads are kept as text and binary ones as bytes, never both: the other form is computed when it is asked
/// for.
bool is_kept(MetadataField field, StreamContent content) {
    if (content.is_records) return true;
    if (field == MetadataField::data) return content.format == MessageFormat::binary;
    if (field == MetadataField::message) return content.format != MessageFormat::binary;
    return true;
}

/// What a record tells of its message stands in fields of it; what is not there is not known.
const char* field_of_record(MetadataField field) {
    switch (field->fact) {
        case MetadataFact::message_id:
            return "message_id";
        case MetadataFact::message_size:
            return "message_size";
        case MetadataFact::message:
            return "failed_message";
        case MetadataFact::data:
            return "data";
        case MetadataFact::delivery_count:
            return "delivery_count";
        default:
            return nullptr;
    }
}

/// What failed_rows.h tells about a row.
bool is_reported(MetadataField field) {
    switch (field->fact) {
        case MetadataFact::connection_name:
        case MetadataFact::processed_at:
        case MetadataFact::frame_type:
            return false;
        case MetadataFact::of_connector:
            return field->names_peer;
        default:
            return true;
    }
}

bool is_named(const QueryInput& input, MetadataField field) {
    return std::any_of(input.columns.begin(), input.columns.end(),
                       [&](const InputColumn& column) { return column.metadata == field; });
}

void append_hidden_column(BatchSchema& schema, StreamContent content, MetadataField metadata) {
    BatchColumn column;
    column.name = hidden_column_name(metadata);
    column.type = metadata->type;
    if (const char* field = content.is_records ? field_of_record(metadata) : nullptr)
        column.json_path = {field};
    else
        column.metadata = metadata;
    schema.columns.push_back(std::move(column));
}

std::string metadata_expression(MetadataField field, bool is_kept) {
    if (is_kept) return quote_identifier(hidden_column_name(field));
    if (field == MetadataField::data)
        return fmt::format("encode({})", quote_identifier(hidden_column_name(MetadataField::message)));
    return fmt::format("TRY(decode({}))", quote_identifier(hidden_column_name(MetadataField::data)));
}

}  // namespace

std::string hidden_column_name(MetadataField field) {
    return fmt::format("{}{}", field->names_peer ? peer_column_prefix : "__laminar_", field->name);
}

std::shared_ptr<const BatchSchema> table_batch_schema(const TableObject& table, StreamContent content) {
    auto schema = std::make_shared<BatchSchema>();
    schema->coerce = table.options.coerce;
    schema->accept = table.accept;
    schema->rows = table.rows;
    const std::vector<std::string> names = engine_column_names(table.columns);
    for (std::size_t index = 0; index < names.size(); ++index) {
        const ColumnObject& declared = table.columns[index];
        BatchColumn column;
        column.name = names[index];
        column.type = declared.type;
        column.json_path = declared.json_path;
        column.takes_all = declared.takes_all;
        column.time = declared.time;
        // The id is the message's: all its rows have the same, wherever in the message it stands.
        const bool has_rows_within = table.rows && !table.rows->steps.empty();
        column.of_message = declared.of_message || (has_rows_within && declared.metadata == MetadataField::message_id);
        // By that name a record has no field; its other names are those of the metadata.
        const bool is_failed_message = content.is_records && equals_ignoring_case(declared.name, "message");
        column.is_computed = static_cast<bool>(declared.computed);
        if (declared.json_path.empty() && !declared.takes_all && !declared.never_filled && !column.is_computed)
            column.take_field(is_failed_message ? field_of_record(MetadataField::message) : declared.name);
        column.metadata = declared.metadata;
        column.tracks_presence = static_cast<bool>(declared.default_value) && !declared.metadata;
        column.not_null = declared.not_null || declared.primary_key;
        schema->columns.push_back(std::move(column));
    }
    for (const MetadataField metadata : table.metadata) {
        if (is_kept(metadata, content)) append_hidden_column(*schema, content, metadata);
    }
    return schema;
}

std::shared_ptr<const BatchSchema> connection_batch_schema(const QueryInput& input, MessageFormat format) {
    auto schema = std::make_shared<BatchSchema>();
    schema->coerce = true;
    for (const InputColumn& named : input.columns) {
        if (named.metadata) continue;
        BatchColumn column;
        column.name = named.name;
        column.type = named.type;
        column.take_field(shown_column_name(named.name));
        schema->columns.push_back(std::move(column));
    }
    for (const MetadataField metadata : input.metadata) {
        if (is_kept(metadata, format) && (is_reported(metadata) || is_named(input, metadata)))
            append_hidden_column(*schema, format, metadata);
    }
    return schema;
}

std::shared_ptr<const BatchSchema> message_batch_schema(MessageFormat format) {
    auto schema = std::make_shared<BatchSchema>();
    schema->coerce = true;
    for (const MetadataField metadata : common_metadata_columns()) {
        if (is_kept(metadata, format)) append_hidden_column(*schema, format, metadata);
    }
    return schema;
}

std::string scan_sql(const QueryInput& input, StreamContent content, std::string_view rows_sql,
                     std::string_view further_column) {
    std::string columns;
    for (const InputColumn& column : input.columns) {
        if (!columns.empty()) columns += ", ";
        const std::string name = quote_identifier(column.name);
        if (column.metadata)
            columns += fmt::format("{} AS {}",
                                   metadata_expression(*column.metadata, is_kept(*column.metadata, content)), name);
        else
            columns += name;
    }
    // A query may name no column at all: count(*) over a connection.
    if (columns.empty()) columns = "1 AS \"__laminar_row\"";
    if (!further_column.empty()) columns.append(", ").append(quote_identifier(further_column));
    return fmt::format("(SELECT {} FROM {})", columns, rows_sql);
}

std::string metadata_sql(MetadataField field, const BatchSchema& schema) {
    const std::string name = hidden_column_name(field);
    return metadata_expression(field, std::any_of(schema.columns.begin(), schema.columns.end(),
                                                  [&](const BatchColumn& column) { return column.name == name; }));
}

std::string engine_table_name(std::string_view table) {
    std::string quoted = "main.\"";
    for (const char character : fold_case(table)) {
        if (character == '"') quoted += '"';
        quoted += character;
    }
    return quoted + '"';
}

}  // namespace laminar
