#include "connectors/codec/rows/metadata_writer.h"

#include <array>
#include <charconv>
#include <limits>
#include <string>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/values/scalar_value.h"
#include "connectors/codec/values/time_text.h"

namespace laminar {

namespace {

void append_text_fact(ColumnVector& column, std::string_view text) {
    switch (column.type().id) {
        case TypeId::varchar:
        case TypeId::unknown:
        case TypeId::blob:
            column.append_string(text);
            return;
        case TypeId::json: {
            std::string quoted;
            append_json_quoted(quoted, text);
            column.append_string(quoted);
            return;
        }
        default:
            if (column.type().is_nested() || append_json_string(column, text, true) != ValueFit::fits)
                column.append_null();
    }
}

/// Facts that are not always there are empty when they are not.
void append_optional_text(ColumnVector& column, std::string_view text) {
    text.empty() ? column.append_null() : append_text_fact(column, text);
}

void append_optional_json(ColumnVector& column, std::string_view json) {
    if (column.type().id != TypeId::json) return append_optional_text(column, json);
    json.empty() ? column.append_null() : column.append_string(json);
}

void append_count(ColumnVector& column, std::uint64_t count) {
    // The types that the metadata columns have themselves; a declared column may have another.
    if (column.type().id == TypeId::bigint) return column.append(static_cast<std::int64_t>(count));
    if (column.type().id == TypeId::integer && count <= std::numeric_limits<std::int32_t>::max())
        return column.append(static_cast<std::int32_t>(count));
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr;
    const std::string_view number(digits.data(), static_cast<std::size_t>(end - digits.data()));
    if (column.type().id == TypeId::json) {
        column.append_string(number);
    } else if (column.type().is_nested() || append_json_number(column, number, true) != ValueFit::fits) {
        column.append_null();
    }
}

void append_instant(ColumnVector& column, std::int64_t micros) {
    switch (column.type().id) {
        case TypeId::timestamp:
        case TypeId::timestamp_tz:
            column.append(micros);
            return;
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
            if (const auto value = moment_in_unit({micros, 0}, column.type().id)) {
                column.append(*value);
            } else {
                column.append_null();
            }
            return;
        default:
            break;
    }
    std::string text;
    append_timestamp(text, micros, TypeId::timestamp, column.type().id == TypeId::json ? 'T' : ' ');
    if (column.type().id == TypeId::json) text += 'Z';
    append_text_fact(column, text);
}

void append_payload_text(ColumnVector& column, const RowOrigin& origin) {
    if (!origin.is_text) return column.append_null();
    if (column.type().id != TypeId::json) return append_text_fact(column, origin.text);
    origin.is_json ? column.append_string(origin.text) : column.append_null();
}

/// Of processed_at, in a column of a timestamp type.
void fill_in_moment(ColumnVector& column, std::int64_t micros) {
    if (!column.has_nulls()) return;
    switch (column.type().id) {
        case TypeId::timestamp:
        case TypeId::timestamp_tz:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
            if (const auto value = moment_in_unit({micros, 0}, column.type().id)) column.replace_nulls(*value);
            return;
        default:
            return;
    }
}

/// The same for all messages of one peer.
bool is_about_origin(MetadataField field) {
    switch (field->fact) {
        case MetadataFact::connection_name:
        case MetadataFact::remote_address:
        case MetadataFact::of_connector:
            return true;
        default:
            return false;
    }
}

void append_fact(ColumnVector& column, MetadataField field, const MessageOrigin& from) {
    if (field->names_peer) return append_optional_text(column, from.peer);
    for (const auto& [known, value] : from.facts) {
        if (known != field) continue;
        if (const auto* number = std::get_if<std::int64_t>(&value))
            return append_count(column, static_cast<std::uint64_t>(*number));
        if (const auto* text = std::get_if<std::string>(&value))
            return field->type == TypeId::json ? append_optional_json(column, *text)
                                               : append_optional_text(column, *text);
        break;
    }
    column.append_null();
}

void append_payload_bytes(ColumnVector& column, const RowOrigin& origin) {
    if (column.type().id == TypeId::blob) return column.append_string(origin.text);
    append_payload_text(column, origin);
}

}  // namespace

void append_metadata(ColumnVector& column, MetadataField field, const RowOrigin& origin) {
    const Message& message = *origin.message;
    static const MessageOrigin nowhere;
    const MessageOrigin& from = message.origin ? *message.origin : nowhere;
    switch (field->fact) {
        case MetadataFact::message_id:
            return append_optional_text(column, origin.message_id);
        case MetadataFact::connection_name:
            return append_optional_text(column, from.connection_name);
        case MetadataFact::remote_address:
            return append_optional_text(column, from.remote_address);
        case MetadataFact::received_at:
            return append_instant(column, message.received_at);
        case MetadataFact::processed_at:
            return column.append_null();
        case MetadataFact::message_size:
            return append_count(column, message.wire_size);
        case MetadataFact::message:
            return append_payload_text(column, origin);
        case MetadataFact::data:
            return append_payload_bytes(column, origin);
        case MetadataFact::delivery_count:
            return append_count(column, message.delivery_count);
        case MetadataFact::frame_type:
            return append_text_fact(column, message.binary ? "binary" : "text");
        case MetadataFact::of_connector:
            return append_fact(column, field, from);
    }
    column.append_null();
}

void fill_in_processed_at(ColumnBatch& batch, std::chrono::system_clock::time_point time) {
    batch.processed_at = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    for (std::size_t index = 0; index < batch.columns.size(); ++index) {
        if (batch.schema->columns[index].metadata == MetadataField::processed_at)
            fill_in_moment(batch.columns[index], batch.processed_at);
    }
}

void fill_in_metadata(ColumnBatch& batch, std::size_t column) {
    if (!batch.schema->columns[column].is_deferred()) return;
    const MetadataField field = *batch.schema->columns[column].metadata;
    ColumnVector& values = batch.columns[column];
    Message message;
    std::string id;
    RowOrigin origin;
    origin.message = &message;
    const MessageOrigin* previous = nullptr;
    for (std::size_t row = values.size(); row < batch.facts.size(); ++row) {
        batch.facts.read(row, message);
        if (is_about_origin(field) && previous != nullptr && previous == message.origin.get()) {
            values.append_again();
            continue;
        }
        previous = message.origin.get();
        if (field == MetadataField::message_id) {
            id.clear();
            batch.facts.append_message_id(row, id);
            origin.message_id = id;
        }
        append_metadata(values, field, origin);
    }
    while (values.size() < batch.rows) values.append_null();
    if (field == MetadataField::processed_at && batch.processed_at != 0) fill_in_moment(values, batch.processed_at);
}

void fill_in_metadata(ColumnBatch& batch) {
    for (std::size_t column = 0; column < batch.columns.size(); ++column) fill_in_metadata(batch, column);
}

}  // namespace laminar
