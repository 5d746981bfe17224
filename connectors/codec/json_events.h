#pragma once

#include <rapidjson/reader.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "connectors/codec/padded_json_stream.h"
#include "connectors/codec/row_writer.h"

namespace laminar {

/// Takes the events of RapidJSON's reader and walks the field tree along with them, so that each value wanted reaches
/// the row writer and the others are passed over. Events that return false end the parse; failure() or the writer's
/// error() then tell why. The reader recurses, so that the depth limit is what bounds its stack.
class JsonEvents : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonEvents> {
public:
    static constexpr std::size_t maximum_depth = 512;

    /// accepts_any_value: values that are not objects are rows too.
    JsonEvents(RowWriter& writer, FieldNode& root, bool accepts_any_value)
        : writer_(writer), root_(root), accepts_any_value_(accepts_any_value) {}

    /// stream reads a copy of payload, offset for offset.
    void begin_message(std::string_view payload, PaddedJsonStream& stream);
    /// Reads one value with this as its handler. False: the reader knows where it stopped. Here rather than with the
    /// caller, so that the compiler sees reader and handler together.
    [[nodiscard]] bool read_value(rapidjson::Reader& reader);
    [[nodiscard]] std::optional<MessageError>& failure() noexcept { return failure_; }

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

    [[nodiscard]] std::size_t offset() const { return stream_->Tell(); }
    FieldNode* take_field();
    bool start_container(bool is_object);
    bool start_outermost(bool is_object, std::size_t begin);
    bool end_container();
    bool end_row(std::size_t begin, std::size_t end);
    bool outermost_scalar(std::size_t begin, std::size_t end, std::string_view what);
    bool fail_not_an_object(std::string_view what);

    RowWriter& writer_;
    FieldNode& root_;
    bool accepts_any_value_;
    std::string_view payload_;
    PaddedJsonStream* stream_ = nullptr;
    std::vector<Frame> frames_;
    FieldNode::Match field_;  ///< Of the key that was read last.
    std::size_t depth_ = 0;
    std::size_t skipped_levels_ = 0;  ///< Containers entered that nobody looks into.
    Frame skipped_;                   ///< The outermost of them; without a node if its text is not wanted either.
    bool skipped_is_row_ = false;
    bool in_array_of_rows_ = false;
    std::size_t element_ = 0;  ///< Of the array of rows.
    std::optional<MessageError> failure_;
};

/// Passes the events of one parse on to several. Whoever returns false gets no more of them; the parse ends when nobody
/// is left. Borrows them.
class JsonEventsGroup : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonEventsGroup> {
public:
    void clear() noexcept { listening_.clear(); }
    void add(JsonEvents& events) { listening_.push_back(&events); }
    [[nodiscard]] bool listens(const JsonEvents& events) const noexcept {
        return std::find(listening_.begin(), listening_.end(), &events) != listening_.end();
    }
    [[nodiscard]] bool is_empty() const noexcept { return listening_.empty(); }
    /// See JsonEvents.
    [[nodiscard]] bool read_value(rapidjson::Reader& reader, PaddedJsonStream& stream);

    bool Null() {
        return tell([](JsonEvents& events) { return events.Null(); });
    }
    bool Bool(bool value) {
        return tell([&](JsonEvents& events) { return events.Bool(value); });
    }
    bool RawNumber(const char* text, rapidjson::SizeType length, bool copy) {
        return tell([&](JsonEvents& events) { return events.RawNumber(text, length, copy); });
    }
    bool String(const char* text, rapidjson::SizeType length, bool copy) {
        return tell([&](JsonEvents& events) { return events.String(text, length, copy); });
    }
    bool Key(const char* text, rapidjson::SizeType length, bool copy) {
        return tell([&](JsonEvents& events) { return events.Key(text, length, copy); });
    }
    bool StartObject() {
        return tell([](JsonEvents& events) { return events.StartObject(); });
    }
    bool EndObject(rapidjson::SizeType members) {
        return tell([&](JsonEvents& events) { return events.EndObject(members); });
    }
    bool StartArray() {
        return tell([](JsonEvents& events) { return events.StartArray(); });
    }
    bool EndArray(rapidjson::SizeType elements) {
        return tell([&](JsonEvents& events) { return events.EndArray(elements); });
    }

private:
    template <class Event>
    bool tell(const Event& event) {
        std::erase_if(listening_, [&](JsonEvents* events) { return !event(*events); });
        return !listening_.empty();
    }

    std::vector<JsonEvents*> listening_;
};

}  // namespace laminar
