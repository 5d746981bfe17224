#include "runtime/late_typing.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>
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

/// Reads the metadata columns of a raw batch back into messages.
class RawMessages {
public:
    RawMessages(const ColumnBatch& batch, MessageFormat format)
        : batch_(batch),
          payload_(hidden_index(batch, format == MessageFormat::binary ? MetadataField::data : MetadataField::message)),
          message_id_(hidden_index(batch, MetadataField::message_id)),
          connection_name_(hidden_index(batch, MetadataField::connection_name)),
          client_id_(hidden_index(batch, MetadataField::client_id)),
          remote_address_(hidden_index(batch, MetadataField::remote_address)),
          tls_subject_(hidden_index(batch, MetadataField::tls_subject)),
          query_parameters_(hidden_index(batch, MetadataField::query_parameters)),
          received_at_(hidden_index(batch, MetadataField::received_at)),
          message_size_(hidden_index(batch, MetadataField::message_size)),
          delivery_count_(hidden_index(batch, MetadataField::delivery_count)),
          binary_(format == MessageFormat::binary) {}

    [[nodiscard]] std::string_view payload(std::size_t row) const { return text(payload_, row); }

    Message message(std::size_t row, MessageOrigin& origin) const {
        origin.connection_name = text(connection_name_, row);
        origin.client_id = text(client_id_, row);
        origin.remote_address = text(remote_address_, row);
        origin.tls_subject = text(tls_subject_, row);
        origin.query_parameters = text(query_parameters_, row);
        Message message;
        message.payload = payload(row);
        message.binary = binary_;
        message.received_at = batch_.columns[received_at_].values<std::int64_t>()[row];
        message.wire_size = static_cast<std::uint64_t>(batch_.columns[message_size_].values<std::int64_t>()[row]);
        message.delivery_count =
            static_cast<std::uint32_t>(batch_.columns[delivery_count_].values<std::int32_t>()[row]);
        message.sequence = sequence(text(message_id_, row));
        message.origin = &origin;
        return message;
    }

private:
    [[nodiscard]] std::string_view text(std::size_t column, std::size_t row) const {
        const ColumnVector& values = batch_.columns[column];
        return values.is_valid(row) ? values.string_at(row) : std::string_view{};
    }
    /// Generated ids are "<connection>-<sequence>"; ids of the payload are read from it again.
    static std::uint64_t sequence(std::string_view id) {
        const std::size_t dash = id.rfind('-');
        std::uint64_t number = 0;
        if (dash != std::string_view::npos) std::from_chars(id.data() + dash + 1, id.data() + id.size(), number);
        return number;
    }

    const ColumnBatch& batch_;
    std::size_t payload_;
    std::size_t message_id_;
    std::size_t connection_name_;
    std::size_t client_id_;
    std::size_t remote_address_;
    std::size_t tls_subject_;
    std::size_t query_parameters_;
    std::size_t received_at_;
    std::size_t message_size_;
    std::size_t delivery_count_;
    bool binary_;
};

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
    const RawMessages messages(raw, decoder_options_.format);
    for (std::size_t row = 0; row < std::min(raw.rows, messages_looked_at); ++row)
        observed.observe(messages.payload(row));

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

const ColumnBatch* LateTyping::decode(const ColumnBatch& raw) {
    if (!decoder_) {
        if (raw.rows == 0) return nullptr;
        decide(raw);
    }
    batch_->clear();
    const RawMessages messages(raw, decoder_options_.format);
    MessageOrigin origin;
    for (std::size_t row = 0; row < raw.rows; ++row) decoder_->decode(messages.message(row, origin), *batch_);
    fill_in_processed_at(*batch_, std::chrono::system_clock::now());
    return batch_.get();
}

}  // namespace laminar
