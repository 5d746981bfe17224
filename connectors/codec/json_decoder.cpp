#include "connectors/codec/json_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "connectors/codec/field_tree.h"
#include "connectors/codec/json_events.h"
#include "connectors/codec/json_text.h"
#include "connectors/codec/row_writer.h"
#include "connectors/codec/utf8.h"

namespace laminar {

namespace {

constexpr std::size_t padding = PaddedJsonStream::padding;
// Offsets into a batch are 32 bits wide, and several messages share one batch.
constexpr std::size_t maximum_message_size = std::size_t{1} << 30;

std::string_view parse_problem(rapidjson::ParseErrorCode code) {
    using namespace rapidjson;
    switch (code) {
        case kParseErrorDocumentEmpty:
            return "there is no value";
        case kParseErrorValueInvalid:
            return "not a value";
        case kParseErrorObjectMissName:
            return "a member must begin with a name in quotes";
        case kParseErrorObjectMissColon:
            return "missing colon after a name";
        case kParseErrorObjectMissCommaOrCurlyBracket:
            return "missing comma or } after a member";
        case kParseErrorArrayMissCommaOrSquareBracket:
            return "missing comma or ] after an element";
        case kParseErrorStringUnicodeEscapeInvalidHex:
            return "\\u wants four hexadecimal digits";
        case kParseErrorStringUnicodeSurrogateInvalid:
            return "half of a surrogate pair without the other";
        case kParseErrorStringEscapeInvalid:
            return "unknown escape in a string";
        case kParseErrorStringMissQuotationMark:
            return "a string without its closing quote";
        case kParseErrorNumberTooBig:
            return "a number beyond all types";
        case kParseErrorNumberMissFraction:
            return "missing digits after the decimal point";
        case kParseErrorNumberMissExponent:
            return "missing digits in an exponent";
        default:
            return "not JSON";
    }
}

MessageError invalid_json(std::size_t offset, std::string_view problem) {
    return {"invalid_json", fmt::format("invalid JSON at byte {}: {}", offset, problem)};
}

class JsonDecoder final : public MessageDecoder {
public:
    JsonDecoder(const DecoderOptions& options, const std::shared_ptr<const BatchSchema>& schema)
        : tolerant_(options.tolerant),
          guessed_types_(options.guessed_types),
          wants_payload_(std::any_of(schema->columns.begin(), schema->columns.end(),
                                     [](const BatchColumn& column) { return !column.json_path.empty(); })),
          root_(make_field_tree(*schema, options.message_id_field)),
          writer_(schema, schema->coerce || options.coerce, options.tolerant),
          events_(writer_, *root_, !wants_payload_) {}

    std::optional<MessageError> decode(const Message& message, ColumnBatch& batch) override {
        writer_.begin_message(message, batch);
        PreparedText text = prepare(message.payload);
        if (!text.error) {
            PaddedJsonStream stream(scratch_.data());
            events_.begin_message(message.payload, stream);
            text.error = read_values(message.payload, stream, [&] { return events_.read_value(reader_); });
            // The reader may have stopped because of what the rows want, not because of the text.
            const bool stopped = text.error && reader_.GetParseErrorCode() == rapidjson::kParseErrorTermination;
            if (stopped) text.error = own_failure(std::move(*text.error));
        }
        return finish(message, batch, text.is_text, std::move(text.error));
    }

    void decode_together(const Message& message, std::span<DecodeTask> tasks) override {
        const PreparedText text = prepare(message.payload);
        std::optional<MessageError> error = text.error;
        together_.clear();
        for (const DecodeTask& task : tasks) {
            auto* decoder = dynamic_cast<JsonDecoder*>(task.decoder);
            if (!decoder) throw std::logic_error("decoders of several formats for one message");
            together_.push_back(decoder);
            decoder->writer_.begin_message(message, *task.batch);
        }
        group_.clear();
        if (!error) {
            PaddedJsonStream stream(scratch_.data());
            for (JsonDecoder* decoder : together_) {
                decoder->events_.begin_message(message.payload, stream);
                group_.add(decoder->events_);
            }
            error = read_values(message.payload, stream, [&] { return group_.read_value(reader_, stream); });
        }
        for (std::size_t index = 0; index < tasks.size(); ++index) {
            JsonDecoder& decoder = *together_[index];
            std::optional<MessageError> own = error;
            if (!text.error && !group_.listens(decoder.events_))
                own = decoder.own_failure(own.value_or(MessageError()));
            tasks[index].error = decoder.finish(message, *tasks[index].batch, text.is_text, std::move(own));
        }
    }

private:
    struct PreparedText {
        std::optional<MessageError> error;
        bool is_text = true;
    };

    /// Copies the text to the scratch memory, where the reader changes it, and looks at what the reader lets pass.
    PreparedText prepare(std::string_view payload) {
        if (payload.size() > maximum_message_size) {
            return {MessageError{"too_large", fmt::format("the message has {} bytes", payload.size())},
                    find_invalid_utf8(payload) == std::string_view::npos};
        }
        const CopiedText copied = copy_to_scratch(payload);
        const std::size_t invalid_at = copied.is_ascii ? std::string_view::npos : find_invalid_utf8(payload);
        if (invalid_at != std::string_view::npos)
            return {MessageError{"invalid_utf8", fmt::format("invalid UTF-8 at byte {}", invalid_at)}, false};
        // RapidJSON joins surrogate halves but lets a lone second half pass.
        const std::size_t lone = copied.has_backslash ? find_unpaired_low_surrogate(payload) : std::string_view::npos;
        if (lone != std::string_view::npos)
            return {invalid_json(lone, parse_problem(rapidjson::kParseErrorStringUnicodeSurrogateInvalid)), true};
        return {};
    }

    /// Reads values separated by line breaks to the end. The rows may be incomplete when there is an error.
    template <class ReadValue>
    std::optional<MessageError> read_values(std::string_view payload, PaddedJsonStream& stream,
                                            const ReadValue& read_value) {
        std::size_t at = 0;
        do {
            if (!read_value()) return syntax_error(payload);
            const std::size_t end = stream.Tell();
            at = skip_json_space(payload, end);
            if (at < payload.size() && payload.substr(end, at - end).find('\n') == std::string_view::npos)
                return invalid_json(at, "text after the value; further values must be on lines of their own");
        } while (at < payload.size());
        return std::nullopt;
    }

    /// After the values have been read: keeps the rows or, with an error, what is to be kept in their place.
    std::optional<MessageError> finish(const Message& message, ColumnBatch& batch, bool is_text,
                                       std::optional<MessageError> error) {
        bool rows_kept = true;
        if (error) {
            writer_.discard_rows();
            rows_kept = false;
            if (tolerant_ || !wants_payload_) {
                writer_.begin_row();
                rows_kept = writer_.end_row(message.payload, is_text, false);
            }
        }
        std::optional<MessageError> misfit = std::exchange(writer_.error(), std::nullopt);
        if (!error && !guessed_types_) error = std::move(misfit);
        if (!rows_kept) {
            writer_.discard_rows();
            return error;
        }
        ++batch.messages;
        batch.bytes += message.payload.size();
        if (error) error->rows_kept = true;
        return error;
    }

    CopiedText copy_to_scratch(std::string_view payload) {
        if (scratch_.size() < payload.size() + padding) scratch_.resize(payload.size() + padding);
        const CopiedText copied = copy_text(payload, scratch_.data());
        std::memset(scratch_.data() + payload.size(), 0, padding);
        return copied;
    }

    /// Why the events were wanted no longer.
    MessageError own_failure(MessageError otherwise) {
        if (events_.failure()) return std::move(*events_.failure());
        return writer_.error() ? std::move(*writer_.error()) : std::move(otherwise);
    }

    MessageError syntax_error(std::string_view payload) {
        const std::size_t offset = reader_.GetErrorOffset();
        if (offset < payload.size() && payload[offset] == '\0') return invalid_json(offset, "a NUL byte");
        if (payload.empty()) return invalid_json(0, "the message is empty");
        if (offset < payload.size() && static_cast<unsigned char>(payload[offset]) < 0x20)
            return invalid_json(offset, "a control character where it must be escaped");
        return invalid_json(offset, parse_problem(reader_.GetParseErrorCode()));
    }

    bool tolerant_;
    bool guessed_types_;
    bool wants_payload_;
    std::unique_ptr<FieldNode> root_;
    RowWriter writer_;
    JsonEvents events_;
    rapidjson::Reader reader_;
    std::vector<char> scratch_;
    // Where this is the first of several.
    JsonEventsGroup group_;
    std::vector<JsonDecoder*> together_;
};

}  // namespace

std::unique_ptr<MessageDecoder> make_json_decoder(const DecoderOptions& options,
                                                  const std::shared_ptr<const BatchSchema>& schema) {
    return std::make_unique<JsonDecoder>(options, schema);
}

}  // namespace laminar
