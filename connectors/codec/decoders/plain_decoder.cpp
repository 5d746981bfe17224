#include "connectors/codec/decoders/plain_decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/objects/column_name.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/rows/metadata_writer.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace {

class PlainDecoder final : public MessageDecoder {
public:
    PlainDecoder(const DecoderOptions& options, std::shared_ptr<const BatchSchema> schema)
        : schema_(std::move(schema)),
          is_binary_(options.format == MessageFormat::binary),
          tolerant_(options.tolerant),
          payload_column_(find_payload_column()),
          looks_for_json_(std::any_of(schema_->columns.begin(), schema_->columns.end(),
                                      [](const BatchColumn& column) { return column.type.id == TypeId::json; })),
          needs_message_id_(
              std::any_of(schema_->columns.begin(), schema_->columns.end(), [](const BatchColumn& column) {
                  return column.metadata == MetadataField::message_id && !column.is_deferred();
              })) {}

    std::optional<MessageError> decode(const Message& message, ColumnBatch& batch) override {
        std::optional<MessageError> error;
        const std::size_t invalid_at = find_invalid_utf8(message.payload);
        const bool is_text = invalid_at == std::string_view::npos;
        if (!is_text && !is_binary_) {
            error = {"invalid_utf8", fmt::format("invalid UTF-8 at byte {} of a text message", invalid_at)};
            if (!tolerant_) return error;
        }
        if (needs_message_id_) {
            message_id_.clear();
            append_generated_message_id(message_id_, message.origin.get(), message.sequence);
        }
        const bool is_json = looks_for_json_ && is_text && is_json_value(message.payload);
        if (!is_json && is_text && payload_is_json_column()) {
            const MessageError problem{
                "invalid_json", fmt::format("column \"{}\": expected JSON, found text {}",
                                            schema_->columns[payload_column_].name, quote_excerpt(message.payload))};
            if (!tolerant_) return problem;
            if (!error) error = problem;
        }
        const RowOrigin origin{&message, message.payload, is_text, is_json, message_id_};
        for (std::size_t index = 0; index < schema_->columns.size(); ++index) {
            if (std::optional<MessageError> missing = append(index, origin, batch); missing && !error) {
                error = std::move(missing);
                if (tolerant_) continue;
                batch.truncate(batch.rows);
                return error;
            }
        }
        batch.facts.append(message, std::nullopt);
        ++batch.rows;
        ++batch.messages;
        batch.bytes += message.payload.size();
        if (error) error->rows_kept = true;
        return error;
    }

private:
    [[nodiscard]] std::size_t find_payload_column() const {
        const auto found =
            std::find_if(schema_->columns.begin(), schema_->columns.end(), [&](const BatchColumn& column) {
                if (column.metadata || column.is_computed) return false;
                if (is_binary_) return column.type.id == TypeId::blob;
                return column.type.id == TypeId::varchar || column.type.id == TypeId::json;
            });
        return static_cast<std::size_t>(found - schema_->columns.begin());
    }

    [[nodiscard]] bool payload_is_json_column() const {
        return payload_column_ < schema_->columns.size() && schema_->columns[payload_column_].type.id == TypeId::json;
    }

    std::optional<MessageError> append(std::size_t index, const RowOrigin& origin, ColumnBatch& batch) {
        const BatchColumn& column = schema_->columns[index];
        if (column.is_deferred()) return std::nullopt;
        ColumnVector& values = batch.columns[index];
        bool present = false;
        if (index == payload_column_) {
            present = is_binary_ || (origin.is_text && (origin.is_json || !payload_is_json_column()));
            present ? values.append_string(origin.text) : values.append_null();
        } else if (column.metadata) {
            append_metadata(values, *column.metadata, origin);
        } else {
            values.append_null();
        }
        if (column.tracks_presence) batch.presence[index].push_back(present ? 1 : 0);
        if (!column.not_null || column.tracks_presence || values.is_valid(batch.rows) ||
            column.metadata == MetadataField::processed_at)
            return std::nullopt;
        return MessageError{"missing_field", fmt::format("there is no value for column \"{}\", which is NOT NULL",
                                                         shown_column_name(column.name))};
    }

    std::shared_ptr<const BatchSchema> schema_;
    bool is_binary_;
    bool tolerant_;
    std::size_t payload_column_;
    bool looks_for_json_;
    bool needs_message_id_;
    std::string message_id_;
};

}  // namespace

std::unique_ptr<MessageDecoder> make_plain_decoder(const DecoderOptions& options,
                                                   std::shared_ptr<const BatchSchema> schema) {
    return std::make_unique<PlainDecoder>(options, std::move(schema));
}

}  // namespace laminar
