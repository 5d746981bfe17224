#pragma once

#include <rapidjson/reader.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "connectors/codec/decoders/json_events.h"
#include "connectors/codec/format/message_decoder.h"
#include "connectors/codec/rows/field_tree.h"
#include "connectors/codec/rows/row_writer.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// Reads messages whose rows are within them (BatchSchema::rows): takes the events of RapidJSON's reader, passes on
/// those of rows, each as if it were a value by itself, and the rest to the fields of the message, of which every row
/// has a copy once the message has been read. Scratch of one decoder, whose row events and writer it borrows.
class JsonRows : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonRows> {
public:
    JsonRows(JsonEvents& rows, RowWriter& writer, std::shared_ptr<const BatchSchema> schema,
             const DecoderOptions& options);
    ~JsonRows();
    JsonRows(const JsonRows&) = delete;
    JsonRows& operator=(const JsonRows&) = delete;

    /// See JsonEvents for these.
    void take_only(const MessageParts* parts) noexcept { parts_ = parts; }
    void begin_message(const Message& message, ColumnBatch& batch, PaddedJsonStream& stream);
    /// begin: where it is, space before it aside.
    void begin_value(std::size_t begin);
    [[nodiscard]] bool read_value(rapidjson::Reader& reader);
    /// The value has been read, and is JSON. Completes its rows.
    void end_value();
    void fail_line(std::size_t begin, std::size_t end, const MessageError& error);
    [[nodiscard]] std::optional<MessageError>& failure() noexcept;

    bool Null();
    bool Bool(bool value);
    bool RawNumber(const char* text, rapidjson::SizeType length, bool copy);
    bool String(const char* text, rapidjson::SizeType length, bool copy);
    bool Key(const char* text, rapidjson::SizeType length, bool copy);
    bool take_expected_key(PaddedJsonStream& stream);
    bool StartObject() { return start_container(true); }
    bool EndObject(rapidjson::SizeType /*members*/) { return end_container(true); }
    bool StartArray() { return start_container(false); }
    bool EndArray(rapidjson::SizeType /*elements*/) { return end_container(false); }

private:
    /// A container on the way to the rows.
    struct Frame {
        bool is_object = false;
        bool key_leads_on = false;
        std::size_t position = 0;  ///< Of the element that comes next.
        /// Of an object, before the member that leads on, once it has come, and whether there was a place of rows yet.
        std::optional<JsonEvents::Progress> before_member = {};
        bool had_place = false;
    };
    /// The fields of the message, as a row by itself.
    struct MessageFields;

    [[nodiscard]] bool is_row();
    template <class Tell>
    bool scalar(const Tell& tell);
    bool start_container(bool is_object);
    bool end_container(bool is_object);
    bool pass_over_row();
    void begin_member_that_leads_on();
    void copy_fields();

    JsonEvents& rows_;
    RowWriter& writer_;
    std::shared_ptr<const BatchSchema> schema_;
    const std::vector<std::optional<std::string>>& steps_;
    std::unique_ptr<MessageFields> fields_;  ///< Null where no column is of the message.
    const MessageParts* parts_ = nullptr;
    const Message* message_ = nullptr;
    ColumnBatch* batch_ = nullptr;
    PaddedJsonStream* stream_ = nullptr;

    // Of the value at hand:
    std::vector<Frame> frames_;
    std::size_t depth_ = 0;       ///< Containers that are open, of a row too.
    std::size_t row_levels_ = 0;  ///< Of them, those of the row.
    std::size_t begin_ = 0;
    std::size_t first_row_ = 0;
    bool leads_on_ = false;   ///< The value that begins is on the way to rows.
    bool has_place_ = false;  ///< It has the place where rows are, even if there are none.
    bool is_passed_over_ = false;
    std::optional<MessageError> failure_;
};

/// Passes the events of one parse on to several, of whom some look for rows within. As JsonEventsGroup, which is what
/// is used where none does.
class JsonMixedGroup : public JsonEventGroup<JsonMixedGroup> {
public:
    void clear() noexcept {
        listening_.clear();
        looking_.clear();
    }
    void add(JsonEvents& events) { listening_.push_back(&events); }
    void add(JsonRows& rows) { looking_.push_back(&rows); }
    [[nodiscard]] bool read_value(rapidjson::Reader& reader, PaddedJsonStream& stream);

private:
    friend class JsonEventGroup<JsonMixedGroup>;
    template <class Event>
    bool tell(const Event& event) {
        std::erase_if(listening_, [&](JsonEvents* events) { return !event(*events); });
        std::erase_if(looking_, [&](JsonRows* rows) { return !event(*rows); });
        return !listening_.empty() || !looking_.empty();
    }

    std::vector<JsonEvents*> listening_;
    std::vector<JsonRows*> looking_;
};

}  // namespace laminar
