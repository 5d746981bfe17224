#include "connectors/codec/json_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "connectors/codec/field_tree.h"
#include "connectors/codec/json_events.h"
#include "connectors/codec/json_text.h"
#include "connectors/codec/row_writer.h"
#include "connectors/codec/utf8.h"

namespace laminar {

namespace {

// RapidJSON's vector instructions read whole blocks of 16 bytes that begin inside the text.
constexpr std::size_t padding = 32;
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
        const bool fits = message.payload.size() <= maximum_message_size;
        const CopiedText copied = fits ? copy_to_scratch(message.payload) : CopiedText{false, true};
        const std::size_t invalid_at = copied.is_ascii ? std::string_view::npos : find_invalid_utf8(message.payload);
        const bool is_text = invalid_at == std::string_view::npos;
        std::optional<MessageError> error;
        if (!fits) {
            error = {"too_large", fmt::format("the message has {} bytes", message.payload.size())};
        } else if (is_text) {
            error = read_values(message.payload, copied.has_backslash);
        } else {
            error = {"invalid_utf8", fmt::format("invalid UTF-8 at byte {}", invalid_at)};
        }
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

private:
    /// Reads values separated by line breaks to the end. The rows may be incomplete when there is an error.
    std::optional<MessageError> read_values(std::string_view payload, bool has_escapes) {
        // RapidJSON joins surrogate halves but lets a lone second half pass.
        if (has_escapes) {
            const std::size_t lone = find_unpaired_low_surrogate(payload);
            if (lone != std::string_view::npos)
                return invalid_json(lone, parse_problem(rapidjson::kParseErrorStringUnicodeSurrogateInvalid));
        }
        rapidjson::InsituStringStream stream(scratch_.data());
        events_.begin_message(payload, stream);
        std::size_t at = 0;
        do {
            if (!events_.read_value(reader_)) return reason(payload);
            const std::size_t end = stream.Tell();
            at = skip_json_space(payload, end);
            if (at < payload.size() && payload.substr(end, at - end).find('\n') == std::string_view::npos)
                return invalid_json(at, "text after the value; further values must be on lines of their own");
        } while (at < payload.size());
        return std::nullopt;
    }

    CopiedText copy_to_scratch(std::string_view payload) {
        if (scratch_.size() < payload.size() + padding) scratch_.resize(payload.size() + padding);
        const CopiedText copied = copy_text(payload, scratch_.data());
        std::memset(scratch_.data() + payload.size(), 0, padding);
        return copied;
    }

    MessageError reason(std::string_view payload) {
        if (reader_.GetParseErrorCode() == rapidjson::kParseErrorTermination) {
            if (events_.failure()) return std::move(*events_.failure());
            if (writer_.error()) return std::move(*writer_.error());
        }
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
};

}  // namespace

std::unique_ptr<MessageDecoder> make_json_decoder(const DecoderOptions& options,
                                                  const std::shared_ptr<const BatchSchema>& schema) {
    return std::make_unique<JsonDecoder>(options, schema);
}

}  // namespace laminar
