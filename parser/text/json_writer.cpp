#include "parser/text/json_writer.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "parser/text/utf8.h"

namespace laminar {

struct JsonWriter::State {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};

    void text(std::string_view value, bool is_key) {
        const auto size = static_cast<rapidjson::SizeType>(value.size());
        is_key ? writer.Key(value.data(), size) : writer.String(value.data(), size);
    }
    /// Texts are UTF-8 as a rule: only others are copied.
    void any_text(std::string_view value, bool is_key) {
        if (value.empty()) return text("", is_key);
        if (find_invalid_utf8(value) == std::string_view::npos) return text(value, is_key);
        text(with_valid_utf8(value), is_key);
    }
};

JsonWriter::JsonWriter() : state_(std::make_unique<State>()) {}
JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::begin_object() {
    state_->writer.StartObject();
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    state_->writer.EndObject();
    return *this;
}

JsonWriter& JsonWriter::begin_array() {
    state_->writer.StartArray();
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    state_->writer.EndArray();
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    state_->any_text(name, true);
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    state_->any_text(value, false);
    return *this;
}

JsonWriter& JsonWriter::number(double value) {
    state_->writer.Double(value);
    return *this;
}

JsonWriter& JsonWriter::signed_number(std::int64_t value) {
    state_->writer.Int64(value);
    return *this;
}

JsonWriter& JsonWriter::unsigned_number(std::uint64_t value) {
    state_->writer.Uint64(value);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    state_->writer.Bool(value);
    return *this;
}

JsonWriter& JsonWriter::null() {
    state_->writer.Null();
    return *this;
}

JsonWriter& JsonWriter::document(std::string_view json) {
    state_->writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    return *this;
}

JsonWriter& JsonWriter::new_line() {
    state_->buffer.Put('\n');
    return *this;
}

std::string JsonWriter::take() {
    std::string document(state_->buffer.GetString(), state_->buffer.GetSize());
    state_->buffer.Clear();
    state_->writer.Reset(state_->buffer);
    return document;
}

}  // namespace laminar
