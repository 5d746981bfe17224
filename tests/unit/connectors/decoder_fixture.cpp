#include "decoder_fixture.h"

#include <doctest/doctest.h>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/rows/metadata_writer.h"

namespace laminar {

namespace {

std::shared_ptr<const BatchSchema> make_schema(std::vector<BatchColumn> columns, bool coerce, std::string_view rows) {
    auto schema = std::make_shared<BatchSchema>();
    schema->columns = std::move(columns);
    schema->coerce = coerce;
    if (!rows.empty()) schema->rows = parse_rows_path(rows);
    return schema;
}

}  // namespace

BatchColumn payload_column(const std::string& name, const std::string& type) {
    BatchColumn column = path_column(name, type, {});
    column.take_field(name);
    return column;
}

BatchColumn path_column(const std::string& name, const std::string& type, std::vector<std::string> path) {
    const std::optional<ColumnType> parsed = parse_column_type(type);
    REQUIRE_MESSAGE(parsed.has_value(), type);
    BatchColumn column;
    column.name = name;
    column.type = *parsed;
    column.json_path = std::move(path);
    return column;
}

BatchColumn metadata_column(const std::string& name, const std::string& type, MetadataField field) {
    BatchColumn column = path_column(name, type, {});
    column.metadata = field;
    return column;
}

DecoderFixture::DecoderFixture(std::vector<BatchColumn> columns, const DecoderOptions& options, bool coerce,
                               std::string_view rows)
    : schema(make_schema(std::move(columns), coerce, rows)),
      decoder(make_message_decoder(options, schema)),
      batch(schema) {}

std::optional<MessageError> DecoderFixture::decode(std::string_view payload) {
    Message message;
    message.payload = payload;
    message.received_at = 1'705'314'600'000'000;
    message.wire_size = payload.size();
    message.sequence = 7;
    message.origin = origin;
    return decode(message);
}

std::optional<MessageError> DecoderFixture::decode(const Message& message) {
    std::optional<MessageError> error = decoder->decode(message, batch);
    fill_in_metadata(batch);
    return error;
}

std::string DecoderFixture::refusal(std::string_view payload) {
    const std::size_t rows = batch.rows;
    const std::optional<MessageError> error = decode(payload);
    CHECK(batch.rows == (error && !error->rows_kept ? rows : batch.rows));
    return error ? error->type + ": " + error->message : std::string();
}

std::string DecoderFixture::value(std::size_t column, std::size_t row) const {
    std::string text;
    append_json_value(text, batch.columns[column], row);
    return text;
}

std::string DecoderFixture::row(std::size_t row) const {
    std::string text = "[";
    for (std::size_t column = 0; column < batch.columns.size(); ++column) {
        if (column != 0) text += ',';
        text += value(column, row);
    }
    return text + "]";
}

std::string DecoderFixture::only_value(std::string_view payload) {
    batch.clear();
    if (const std::optional<MessageError> error = decode(payload)) return error->type + ": " + error->message;
    REQUIRE(batch.rows == 1);
    return value(0, 0);
}

}  // namespace laminar
