#include "connectors/codec/decoders/json_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "connectors/codec/decoders/json_events.h"
#include "connectors/codec/decoders/json_rows.h"
#include "connectors/codec/decoders/known_layout.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/rows/column_row_reader.h"
#include "connectors/codec/rows/field_tree.h"
#include "connectors/codec/rows/row_writer.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"

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
          message_id_field_(options.message_id_field),
          wants_payload_(schema->wants_fields() || schema->rows),
          root_(make_field_tree(*schema, has_rows_within(*schema) ? "" : options.message_id_field)),
          writer_(schema, schema->coerce || options.coerce, options.tolerant, options.coerce),
          column_rows_(*root_, writer_),
          events_(writer_, *root_, settings_for(*schema, options)),
          layouts_(writer_, *root_, options.tolerant && options.guessed_types),
          within_(schema->rows ? std::make_unique<JsonRows>(events_, writer_, schema, options) : nullptr) {}

    std::optional<MessageError> decode(const Message& message, ColumnBatch& batch) override {
        if (within_) return decode_within(message, batch);
        if (message.rows && take_row(message, batch)) return std::nullopt;
        writer_.begin_message(message, batch);
        if (read_known_layout(message, batch)) return std::nullopt;
        PreparedText text = prepare(message.payload);
        if (!text.error) {
            PaddedJsonStream stream(scratch_.data());
            events_.begin_message(message.payload, stream);
            ReadAlone read{events_, reader_};
            text.error = read_values(message.payload, stream, read);
            if (events_.failure()) text.error = std::move(events_.failure());
        }
        return finish(message, batch, text.is_text, std::move(text.error));
    }

    void decode_together(const Message& message, std::span<DecodeTask> tasks) override {
        if (message.rows) return decode_rows_together(message, tasks);
        together_.clear();
        for (DecodeTask& task : tasks) {
            auto* decoder = dynamic_cast<JsonDecoder*>(task.decoder);
            if (!decoder) throw std::logic_error("decoders of several formats for one message");
            decoder->take_only(task.parts);
            decoder->writer_.begin_message(message, *task.batch);
            if (decoder->read_known_layout(message, *task.batch)) {
                task.error.reset();
                decoder->take_only(nullptr);
            } else {
                together_.push_back({decoder, &task});
            }
        }
        if (!together_.empty()) parse_together(message);
    }

private:
    /// For those that are left.
    void parse_together(const Message& message) {
        const PreparedText text = prepare(message.payload);
        std::optional<MessageError> error = text.error;
        if (!error) {
            PaddedJsonStream stream(scratch_.data());
            const bool looks_within = std::any_of(together_.begin(), together_.end(), [](const Together& each) {
                return each.decoder->within_ != nullptr;
            });
            error =
                looks_within ? read_together(message, stream, mixed_group_) : read_together(message, stream, group_);
        }
        for (const Together& each : together_) {
            std::optional<MessageError> own = error;
            if (!text.error && each.decoder->failure()) own = std::move(each.decoder->failure());
            each.task->error = each.decoder->finish(message, *each.task->batch, text.is_text, std::move(own));
            each.decoder->take_only(nullptr);
        }
    }

    /// One of several decoders that read a message together.
    struct Together {
        JsonDecoder* decoder = nullptr;
        DecodeTask* task = nullptr;
    };
    /// How the values of a message are read: by this decoder, or by several.
    struct ReadAlone {
        JsonEvents& events;
        rapidjson::Reader& reader;

        void begin_value(std::size_t /*at*/) { events.begin_value(); }
        bool read_value() { return events.read_value(reader); }
        void end_value() {}
        void fail_line(std::size_t begin, std::size_t end, const MessageError& error) {
            events.fail_line(begin, end, error);
        }
    };
    struct ReadWithin {
        JsonRows& rows;
        rapidjson::Reader& reader;

        void begin_value(std::size_t at) { rows.begin_value(at); }
        bool read_value() { return rows.read_value(reader); }
        void end_value() { rows.end_value(); }
        void fail_line(std::size_t begin, std::size_t end, const MessageError& error) {
            rows.fail_line(begin, end, error);
        }
    };
    template <class Group>
    struct ReadTogether {
        const std::vector<Together>& together;
        Group& group;
        rapidjson::Reader& reader;
        PaddedJsonStream& stream;

        void begin_value(std::size_t at) {
            for (const Together& each : together) {
                JsonDecoder& decoder = *each.decoder;
                decoder.within_ ? decoder.within_->begin_value(at) : decoder.events_.begin_value();
            }
        }
        bool read_value() { return group.read_value(reader, stream); }
        void end_value() {
            for (const Together& each : together) {
                if (each.decoder->within_) each.decoder->within_->end_value();
            }
        }
        void fail_line(std::size_t begin, std::size_t end, const MessageError& error) {
            for (const Together& each : together) each.decoder->events_.fail_line(begin, end, error);
        }
    };
    [[nodiscard]] static bool has_rows_within(const BatchSchema& schema) {
        return schema.rows && !schema.rows->steps.empty();
    }

    /// Those that its columns can be filled from; what comes of metadata besides can be of any.
    [[nodiscard]] static JsonEvents::Kinds kinds_of_rows(const BatchSchema& schema) {
        JsonEvents::Kinds kinds{false, false, false};
        for (const BatchColumn& column : schema.columns) {
            const bool has_path = !column.json_path.empty() || column.takes_all;
            if (column.of_message || column.metadata || !has_path) continue;
            const bool is_index =
                !column.takes_all && !column.by_name &&
                std::all_of(column.json_path.front().begin(), column.json_path.front().end(), is_digit);
            kinds.scalars = kinds.scalars || column.takes_all;
            kinds.arrays = kinds.arrays || column.takes_all || is_index;
            kinds.objects = kinds.objects || column.takes_all || !is_index;
        }
        if (!kinds.objects && !kinds.arrays) return {true, true, true};
        return kinds;
    }

    [[nodiscard]] JsonEvents::Settings settings_for(const BatchSchema& schema, const DecoderOptions& options) const {
        JsonEvents::Settings settings;
        settings.rows = rows(schema);
        settings.tells_misfits = !options.guessed_types;
        settings.tells_no_objects = options.guessed_types && !wants_payload_;
        if (!schema.rows) return settings;
        settings.kinds = kinds_of_rows(schema);
        settings.place = schema.rows->text;
        settings.are_elements =
            std::any_of(schema.rows->steps.begin(), schema.rows->steps.end(), [](const auto& step) { return !step; });
        return settings;
    }

    void take_only(const MessageParts* parts) { within_ ? within_->take_only(parts) : events_.take_only(parts); }
    [[nodiscard]] std::optional<MessageError>& failure() { return within_ ? within_->failure() : events_.failure(); }

    std::optional<MessageError> decode_within(const Message& message, ColumnBatch& batch) {
        writer_.begin_message(message, batch);
        PreparedText text = prepare(message.payload);
        if (!text.error) {
            PaddedJsonStream stream(scratch_.data());
            within_->begin_message(message, batch, stream);
            ReadWithin read{*within_, reader_};
            text.error = read_values(message.payload, stream, read);
            if (failure()) text.error = std::move(failure());
        }
        return finish(message, batch, text.is_text, std::move(text.error));
    }

    template <class Group>
    std::optional<MessageError> read_together(const Message& message, PaddedJsonStream& stream, Group& group) {
        group.clear();
        for (const Together& each : together_) {
            JsonDecoder& decoder = *each.decoder;
            if constexpr (std::is_same_v<Group, JsonMixedGroup>) {
                if (decoder.within_) {
                    decoder.within_->begin_message(message, *each.task->batch, stream);
                    group.add(*decoder.within_);
                    continue;
                }
            }
            decoder.events_.begin_message(message.payload, stream);
            group.add(decoder.events_);
        }
        ReadTogether<Group> read{together_, group, reader_, stream};
        return read_values(message.payload, stream, read);
    }

    struct PreparedText {
        std::optional<MessageError> error;
        bool is_text = true;
    };

    /// Without the parser, where the message is an object like others before it.
    bool read_known_layout(const Message& message, ColumnBatch& batch) {
        if (within_ || !events_.are_objects_rows() || !layouts_.read_row(message.payload)) return false;
        count(message, batch);
        return true;
    }

    static void count(const Message& message, ColumnBatch& batch) {
        ++batch.messages;
        batch.bytes += message.payload.size();
    }

    /// Of a message that is a row of columns.
    bool take_row(const Message& message, ColumnBatch& batch) {
        writer_.begin_message(message, batch);
        if (!column_rows_.take(message)) return false;
        count(message, batch);
        return true;
    }

    /// Those that cannot take the row as it is read its text, together.
    void decode_rows_together(const Message& message, std::span<DecodeTask> tasks) {
        std::vector<DecodeTask> rest;
        std::vector<std::size_t> places;
        for (std::size_t index = 0; index < tasks.size(); ++index) {
            auto* decoder = dynamic_cast<JsonDecoder*>(tasks[index].decoder);
            if (decoder != nullptr && !decoder->within_ && decoder->take_row(message, *tasks[index].batch)) continue;
            rest.push_back({tasks[index].decoder, tasks[index].batch});
            places.push_back(index);
        }
        if (rest.empty()) return;
        Message text = message;
        text.rows = nullptr;
        rest.front().decoder->decode_together(text, rest);
        for (std::size_t index = 0; index < rest.size(); ++index)
            tasks[places[index]].error = std::move(rest[index].error);
    }

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

    [[nodiscard]] JsonEvents::Rows rows(const BatchSchema& schema) const noexcept {
        if (schema.rows) return JsonEvents::Rows::values;
        if (!wants_payload_) return JsonEvents::Rows::message;
        if (tolerant_) return JsonEvents::Rows::all_values;
        const bool takes_all = std::any_of(schema.columns.begin(), schema.columns.end(),
                                           [](const BatchColumn& column) { return column.takes_all; });
        return takes_all ? JsonEvents::Rows::parts : JsonEvents::Rows::objects;
    }

    /// Reads values separated by line breaks to the end. Among lines that are JSON one that is not is passed over;
    /// otherwise, and where whoever reads gives up, what has become of the rows does not matter: there is an error.
    template <class Read>
    std::optional<MessageError> read_values(std::string_view payload, PaddedJsonStream& stream, Read& read) {
        std::size_t at = 0;
        bool has_json = false;
        std::optional<MessageError> first_error;
        do {
            read.begin_value(at);
            const std::size_t begin = at;
            std::size_t wrong_at = 0;
            std::optional<MessageError> error;
            if (read.read_value()) {
                const std::size_t end = stream.Tell();
                at = skip_json_space(payload, end);
                if (at < payload.size() && payload.substr(end, at - end).find('\n') == std::string_view::npos) {
                    wrong_at = at;
                    error = invalid_json(at, "text after the value; further values must be on lines of their own");
                }
            } else {
                error = syntax_error(payload);
                if (reader_.GetParseErrorCode() == rapidjson::kParseErrorTermination) return error;
                wrong_at = std::min(reader_.GetErrorOffset(), payload.size());
            }
            if (!error) {
                has_json = true;
                read.end_value();
                continue;
            }
            const std::size_t line_begin = skip_json_space(payload, begin);
            const std::size_t line_end = std::min(payload.find('\n', wrong_at), payload.size());
            const bool is_line = line_begin <= wrong_at &&
                                 payload.substr(line_begin, wrong_at - line_begin).find('\n') == std::string_view::npos;
            if (!is_line) return error;
            read.fail_line(line_begin, line_end, *error);
            if (!first_error) first_error = std::move(error);
            at = skip_json_space(payload, line_end);
            stream.go_to(at);
        } while (at < payload.size());
        // Not lines of JSON, but one text that is not.
        return has_json ? std::nullopt : std::move(first_error);
    }

    /// After the values have been read: keeps the rows or, with an error of the whole message, what is to be kept in
    /// their place.
    std::optional<MessageError> finish(const Message& message, ColumnBatch& batch, bool is_text,
                                       std::optional<MessageError> error) {
        bool rows_kept = true;
        if (error) {
            rows_kept = keep_without_fields(message, is_text);
        } else if (std::vector<MessageError> parts = events_.end_message(); !parts.empty()) {
            rows_kept = writer_.rows() > 0;
            for (MessageError& part : parts) find_message_id(part, message);
            error = std::move(parts.front());
            error->further.assign(std::make_move_iterator(parts.begin() + 1), std::make_move_iterator(parts.end()));
        }
        if (!rows_kept) return error;
        count(message, batch);
        if (error)
            error->rows_kept = true;
        else if (!within_ && writer_.rows() == 1 && events_.are_objects_rows())
            layouts_.learn(message.payload);
        return error;
    }

    /// Finds the id of the object that an error is about: by the rules of rows, wherever in the object it stands.
    void find_message_id(MessageError& error, const Message& message) {
        if (error.type == "invalid_json") return;
        if (!ids_) {
            BatchColumn id;
            id.name = "message_id";
            id.type = TypeId::varchar;
            id.metadata = MetadataField::message_id;
            DecoderOptions options;
            options.message_id_field = message_id_field_;
            const auto schema = std::make_shared<const BatchSchema>(BatchSchema{{std::move(id)}});
            ids_ = std::make_unique<JsonDecoder>(options, schema);
            rows_with_ids_.emplace(schema);
        }
        Message object = message;
        object.rows = nullptr;
        if (error.part_end > 0 && !within_)
            object.payload = message.payload.substr(error.part_begin, error.part_end - error.part_begin);
        rows_with_ids_->truncate(0);
        (void)ids_->decode(object, *rows_with_ids_);
        if (rows_with_ids_->rows == 1)
            rows_with_ids_->facts.append_message_id(0, error.message_id);
        else  // It is about several objects.
            append_generated_message_id(error.message_id, message.origin.get(), message.sequence);
    }

    /// A message that nothing can be read of is a row for some.
    bool keep_without_fields(const Message& message, bool is_text) {
        writer_.discard_rows();
        if (!tolerant_ && wants_payload_) return false;
        writer_.begin_row();
        const bool kept = writer_.end_row(message.payload, is_text, false);
        if (!kept) writer_.discard_rows();
        writer_.error().reset();
        return kept;
    }

    CopiedText copy_to_scratch(std::string_view payload) {
        if (scratch_.size() < payload.size() + padding) scratch_.resize(payload.size() + padding);
        const CopiedText copied = copy_text(payload, scratch_.data());
        std::memset(scratch_.data() + payload.size(), 0, padding);
        return copied;
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
    std::string message_id_field_;
    bool wants_payload_;
    std::unique_ptr<FieldNode> root_;
    RowWriter writer_;
    ColumnRowReader column_rows_;
    JsonEvents events_;
    KnownLayouts layouts_;
    std::unique_ptr<JsonRows> within_;  ///< Null where objects are rows.
    // For messages that are refused, from the first one on:
    std::unique_ptr<MessageDecoder> ids_;
    std::optional<ColumnBatch> rows_with_ids_;
    rapidjson::Reader reader_;
    std::vector<char> scratch_;
    // Where this is the first of several.
    JsonEventsGroup group_;
    JsonMixedGroup mixed_group_;
    std::vector<Together> together_;
};

}  // namespace

std::unique_ptr<MessageDecoder> make_json_decoder(const DecoderOptions& options,
                                                  std::shared_ptr<const BatchSchema> schema) {
    return std::make_unique<JsonDecoder>(options, schema);
}

}  // namespace laminar
