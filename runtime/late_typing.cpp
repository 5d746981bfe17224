#include "runtime/late_typing.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "catalog/catalog.h"
#include "connectors/codec/metadata_writer.h"
#include "connectors/codec/time_text.h"
#include "runtime/stream_schema.h"

namespace laminar {

namespace {

/// Enough to see optional fields, few enough to start at once.
constexpr std::size_t messages_looked_at = 100;

std::size_t hidden_index(const ColumnBatch& batch, MetadataField field) {
    for (std::size_t index = 0; index < batch.schema->columns.size(); ++index) {
        if (batch.schema->columns[index].metadata == field) return index;
    }
    return batch.columns.size();
}

/// The text or the bytes of the messages of a raw batch.
const ColumnVector& payloads_of(const ColumnBatch& raw, MessageFormat format) {
    return raw
        .columns[hidden_index(raw, format == MessageFormat::binary ? MetadataField::data : MetadataField::message)];
}

TypeId type_of(const rapidjson::Value& value) {
    if (value.IsBool()) return TypeId::boolean;
    if (value.IsInt64()) return TypeId::bigint;
    if (value.IsNumber()) return TypeId::float64;
    if (value.IsObject() || value.IsArray()) return TypeId::json;
    if (value.IsString() && parse_timestamp({value.GetString(), value.GetStringLength()})) return TypeId::timestamp;
    if (value.IsString()) return TypeId::varchar;
    return TypeId::unknown;
}

/// The type that holds both: numbers widen, anything else mixed is text.
TypeId combine(TypeId seen, TypeId next) {
    if (seen == TypeId::unknown || seen == next) return next;
    if (next == TypeId::unknown) return seen;
    const bool numbers =
        (seen == TypeId::bigint && next == TypeId::float64) || (seen == TypeId::float64 && next == TypeId::bigint);
    return numbers ? TypeId::float64 : TypeId::varchar;
}

/// Top-level fields of the messages, in order of first appearance, with a type that fits the values seen.
class ObservedFields {
public:
    void observe(std::string_view json) {
        rapidjson::Document document;
        document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
        if (document.HasParseError()) return;
        if (document.IsArray()) {
            for (const auto& element : document.GetArray()) observe_object(element);
        } else {
            observe_object(document);
        }
    }
    [[nodiscard]] const std::vector<std::pair<std::string, TypeId>>& fields() const noexcept { return fields_; }
    [[nodiscard]] TypeId type_of_field(std::string_view name) const {
        for (const auto& [field, type] : fields_) {
            if (field == name) return type;
        }
        for (const auto& [field, type] : fields_) {
            if (equals_ignoring_case(field, name)) return type;
        }
        return TypeId::unknown;
    }

private:
    void observe_object(const rapidjson::Value& value) {
        if (!value.IsObject()) return;
        for (const auto& member : value.GetObject()) {
            const std::string name(member.name.GetString(), member.name.GetStringLength());
            auto found =
                std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) { return field.first == name; });
            if (found == fields_.end()) found = fields_.insert(fields_.end(), {name, TypeId::unknown});
            found->second = combine(found->second, type_of(member.value));
        }
    }

    std::vector<std::pair<std::string, TypeId>> fields_;
};

}  // namespace

bool needs_late_typing(const QueryInput& input) noexcept {
    return input.all_fields || std::any_of(input.columns.begin(), input.columns.end(), [](const InputColumn& column) {
               return !column.metadata && column.type.id == TypeId::unknown;
           });
}

LateTyping::LateTyping(QueryInput input, DecoderOptions decoder)
    : input_(std::move(input)), decoder_options_(std::move(decoder)) {
    // The types are guesses: a message that does not fit them is a row of NULLs, not an error.
    decoder_options_.tolerant = true;
    decoder_options_.guessed_types = true;
}

std::shared_ptr<const BatchSchema> LateTyping::raw_schema(MessageFormat format) { return message_batch_schema(format); }

void LateTyping::decide(const ColumnBatch& raw) {
    ObservedFields observed;
    const ColumnVector& payloads = payloads_of(raw, decoder_options_.format);
    for (std::size_t row = 0; row < std::min(raw.rows, messages_looked_at); ++row) {
        if (payloads.is_valid(row)) observed.observe(payloads.string_at(row));
    }

    for (InputColumn& column : input_.columns) {
        if (column.metadata || column.type.id != TypeId::unknown) continue;
        const TypeId seen = observed.type_of_field(column.name);
        column.type = seen == TypeId::unknown ? TypeId::varchar : seen;
    }
    if (input_.all_fields) {
        for (const auto& [name, type] : observed.fields()) {
            const bool named =
                std::any_of(input_.columns.begin(), input_.columns.end(),
                            [&](const InputColumn& column) { return equals_ignoring_case(column.name, name); });
            if (!named) input_.columns.push_back({name, type == TypeId::unknown ? TypeId::varchar : type, {}, {}});
        }
    }
    schema_ = connection_batch_schema(input_, decoder_options_.format);
    decoder_ = make_decoder();
    batch_ = std::make_unique<ColumnBatch>(schema_);
}

std::unique_ptr<MessageDecoder> LateTyping::make_decoder() const {
    return make_message_decoder(decoder_options_, schema_);
}

ColumnBatch* LateTyping::decode(const ColumnBatch& raw) {
    if (!decoder_) {
        if (raw.rows == 0) return nullptr;
        decide(raw);
    }
    batch_->clear();
    const ColumnVector& payloads = payloads_of(raw, decoder_options_.format);
    Message message;
    for (std::size_t row = 0; row < raw.rows; ++row) {
        raw.facts.read(row, message);
        message.payload = payloads.is_valid(row) ? payloads.string_at(row) : std::string_view();
        decoder_->decode(message, *batch_);
    }
    fill_in_processed_at(*batch_, std::chrono::system_clock::now());
    return batch_.get();
}

}  // namespace laminar
