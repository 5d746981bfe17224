#pragma once

#include <rapidjson/reader.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "connectors/codec/decoders/json_event_group.h"
#include "connectors/codec/decoders/padded_json_stream.h"
#include "connectors/codec/format/message_parts.h"
#include "connectors/codec/rows/row_writer.h"

namespace laminar {

inline constexpr unsigned json_parse_flags =
    rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseStopWhenDoneFlag;

/// Takes the events of RapidJSON's reader and walks the field tree along with them, so that each value wanted reaches
/// the row writer and the others are passed over. A row that is wrong is left out, with an error of its own, and the
/// others go on. Events that return false end the parse; failure() then tells why. The reader recurses, so that the
/// depth limit is what bounds its stack.
class JsonEvents : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonEvents> {
public:
    static constexpr std::size_t maximum_depth = 512;

    /// What becomes a row.
    enum class Rows : std::uint8_t {
        objects,     ///< Each object; a value in the place of one is an error.
        all_values,  ///< The same, but such a value is also a row, without fields.
        message,     ///< The message, with the fields of its object if it is one object.
        parts,  ///< As objects, but those alone that are asked for, if any are (take_only); and columns may take them
                ///< whole.
        values  ///< Each value, whatever it is, as far as kinds allow.
    };
    struct Kinds {
        bool objects = true;
        bool arrays = false;
        bool scalars = false;
    };
    struct Settings {
        Rows rows = Rows::objects;
        bool tells_misfits = true;  ///< A value that does not fit is an error also where the row is kept.
        /// Of messages that are rows: what would be an error if each object were a row is one.
        bool tells_no_objects = false;
        Kinds kinds = {};             ///< Of rows that are values.
        std::string_view place = {};  ///< Where in the message they are: for errors; borrowed.
        bool are_elements = false;    ///< There may be several.
    };

    JsonEvents(RowWriter& writer, FieldNode& root, Settings settings)
        : writer_(writer), root_(root), settings_(settings) {}

    /// A message that is one object is one row, with the fields of the object.
    [[nodiscard]] bool are_objects_rows() const noexcept { return settings_.rows <= Rows::message; }
    /// Of messages to come, where each object is a row: the values that are to be rows, until null says that all are.
    void take_only(const MessageParts* parts) noexcept;
    /// Rows that are values are numbered anew.
    void count_elements_anew() noexcept { element_ = 0; }
    /// stream reads a copy of payload, offset for offset.
    void begin_message(std::string_view payload, PaddedJsonStream& stream);
    /// One of the message's values follows.
    void begin_value() {
        rows_before_value_ = writer_.rows();
        errors_before_value_ = errors_.size();
        if (++values_ == 2 && settings_.rows == Rows::message) begin_row_anew();
    }
    /// The value that was begun is a line, from begin to end, that is not JSON. Takes back what it has brought.
    void fail_line(std::size_t begin, std::size_t end, MessageError error);
    /// How far the value at hand has come between two rows, to take back what comes after.
    struct Progress {
        std::size_t rows = 0;
        std::size_t errors = 0;
        std::size_t errors_left_out = 0;
        std::size_t element = 0;
    };
    [[nodiscard]] Progress progress() const noexcept {
        return {writer_.rows(), errors_.size(), errors_left_out_, element_};
    }
    void take_back_to(const Progress& progress);
    /// After the last value. Gives the error of each part that is wrong; those of one that is the whole message have no
    /// part.
    [[nodiscard]] std::vector<MessageError> end_message();
    /// Reads one value with this as its handler. False: the reader knows where it stopped. Here rather than with the
    /// caller, so that the compiler sees reader and handler together.
    [[nodiscard]] bool read_value(rapidjson::Reader& reader);
    [[nodiscard]] std::optional<MessageError>& failure() noexcept { return failure_; }
    [[nodiscard]] static MessageError too_deep(std::size_t at);

    bool Null();
    bool Bool(bool value);
    bool RawNumber(const char* text, rapidjson::SizeType length, bool copy);
    bool String(const char* text, rapidjson::SizeType length, bool copy);
    bool Key(const char* text, rapidjson::SizeType length, bool copy);
    /// Takes a key that is the one to be expected here, quotes included. False: nothing is taken, the reader must.
    bool take_expected_key(PaddedJsonStream& stream);
    bool StartObject() { return start_container(true); }
    bool EndObject(rapidjson::SizeType /*members*/) { return end_container(); }
    bool StartArray() { return start_container(false); }
    bool EndArray(rapidjson::SizeType /*elements*/) { return end_container(); }

private:
    /// An object or array that columns want something of.
    struct Frame {
        FieldNode* node = nullptr;
        std::size_t begin = 0;     ///< Offset in the payload.
        std::size_t position = 0;  ///< Of the member or element that comes next.
        bool is_object = false;
    };

    /// Of one part of the message; the text does not say yet of which.
    struct PartError {
        MessageError error;
        std::optional<std::size_t> element;  ///< Of an array.
        bool is_no_object = false;
    };

    [[nodiscard]] std::size_t offset() const { return stream_->Tell(); }
    FieldNode* take_field();
    bool start_container(bool is_object);
    [[gnu::cold]] bool start_in_message(bool is_object, std::size_t begin);
    [[nodiscard]] bool take_part(std::size_t begin);
    [[gnu::cold]] bool start_value(bool is_object, std::size_t begin);
    template <class Write>
    [[gnu::cold]] bool scalar_row(std::size_t begin, std::size_t end, std::string_view what, const Write& write);
    [[nodiscard]] bool take_whole(std::size_t begin, std::size_t end);
    bool start_outermost(bool is_object, std::size_t begin);
    bool end_container();
    bool end_row(std::size_t begin, std::size_t end);
    template <class Write>
    bool outermost_scalar(std::size_t begin, std::size_t end, std::string_view what, const Write& write);
    [[gnu::cold]] void begin_row_without_fields(std::string_view what);
    void skip_container(std::size_t begin, bool is_row);
    [[gnu::cold]] bool start_told_array(std::size_t begin);
    [[nodiscard]] MessageError no_object(std::string_view what) const;
    [[gnu::cold]] void add_no_object(std::string_view what, std::size_t begin, std::size_t end);
    // What is seldom needed stays out of the reader's loop.
    [[gnu::cold]] bool give_up_row();
    [[gnu::cold]] void begin_row_anew();
    [[gnu::cold]] bool end_wrong_row(std::size_t begin, std::size_t end, bool kept);
    [[gnu::cold]] void end_only_row();
    void add_error(MessageError error, std::size_t begin, std::size_t end);
    void say_where(PartError& wrong, std::size_t line) const;

    RowWriter& writer_;
    FieldNode& root_;
    Settings settings_;
    std::string_view payload_;
    PaddedJsonStream* stream_ = nullptr;
    std::vector<Frame> frames_;
    FieldNode::Match field_;  ///< Of the key that was read last.
    std::size_t depth_ = 0;
    std::size_t skipped_levels_ = 0;  ///< Containers entered that nobody looks into.
    Frame skipped_;                   ///< The outermost of them; without a node if its text is not wanted either.
    bool skipped_is_row_ = false;
    bool is_given_up_ = false;   ///< The row at hand, because of row_error_.
    bool is_no_object_ = false;  ///< Which row_error_ is about.
    const MessageParts* parts_ = nullptr;
    bool is_passed_over_ = false;  ///< The value at hand, which is no part that is asked for.
    std::optional<MessageError> row_error_;
    bool in_array_of_rows_ = false;
    std::size_t element_ = 0;  ///< Of the array of rows.
    std::size_t values_ = 0;   ///< Of the message, that have been begun.
    std::size_t rows_before_value_ = 0;
    std::size_t errors_before_value_ = 0;
    std::vector<PartError> errors_;
    std::size_t errors_left_out_ = 0;
    std::optional<MessageError> failure_;
};

/// Passes the events of one parse on to several. Whoever returns false gets no more of them; the parse ends when nobody
/// is left. Borrows them.
class JsonEventsGroup : public JsonEventGroup<JsonEventsGroup> {
public:
    void clear() noexcept { listening_.clear(); }
    void add(JsonEvents& events) { listening_.push_back(&events); }
    [[nodiscard]] bool listens(const JsonEvents& events) const noexcept {
        return std::find(listening_.begin(), listening_.end(), &events) != listening_.end();
    }
    [[nodiscard]] bool is_empty() const noexcept { return listening_.empty(); }
    /// See JsonEvents.
    [[nodiscard]] bool read_value(rapidjson::Reader& reader, PaddedJsonStream& stream);

private:
    friend class JsonEventGroup<JsonEventsGroup>;
    template <class Event>
    bool tell(const Event& event) {
        std::erase_if(listening_, [&](JsonEvents* events) { return !event(*events); });
        return !listening_.empty();
    }

    std::vector<JsonEvents*> listening_;
};

}  // namespace laminar
