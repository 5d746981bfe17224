#include "connectors/codec/json_events.h"

#include <fmt/format.h>

#include "connectors/codec/json_text.h"

namespace laminar {

namespace {

constexpr unsigned parse_flags =
    rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseStopWhenDoneFlag;

}  // namespace

}  // namespace laminar

namespace rapidjson {

/// As the reader's own, but for keys that are where they have been before: most objects of a feed have the same.
template <>
template <>
inline void Reader::ParseString<laminar::parse_flags>(laminar::PaddedJsonStream& stream, laminar::JsonEvents& events,
                                                      bool is_key) {
    if (is_key && events.take_expected_key(stream)) return;
    internal::StreamLocalCopy<laminar::PaddedJsonStream> copy(stream);
    copy.s.skip(1);
    char* const begin = copy.s.PutBegin();
    ParseStringToStream<laminar::parse_flags, UTF8<>, UTF8<>>(copy.s, copy.s);
    if (HasParseError()) return;
    const auto length = static_cast<SizeType>(copy.s.PutEnd(begin) - 1);
    const bool wanted = is_key ? events.Key(begin, length, false) : events.String(begin, length, false);
    if (!wanted) SetParseError(kParseErrorTermination, copy.s.Tell());
}

}  // namespace rapidjson

namespace laminar {

void JsonEvents::begin_message(std::string_view payload, PaddedJsonStream& stream) {
    payload_ = payload;
    stream_ = &stream;
    frames_.clear();
    field_ = {};
    depth_ = 0;
    skipped_levels_ = 0;
    skipped_is_row_ = false;
    in_array_of_rows_ = false;
    element_ = 0;
    failure_.reset();
}

/// The place of the value at hand, or null when no column wants it.
FieldNode* JsonEvents::take_field() {
    Frame& frame = frames_.back();
    FieldNode::Match match = field_;
    if (!frame.is_object) match = {frame.node->element(frame.position++), true};
    if (match.node == nullptr || !writer_.visit(*match.node, match.exact)) return nullptr;
    return match.node;
}

bool JsonEvents::Null() {
    if (skipped_levels_ != 0) return true;
    if (frames_.empty()) return outermost_scalar(offset() - 4, offset(), "null");
    const FieldNode* field = take_field();
    return field == nullptr || writer_.null(*field);
}

bool JsonEvents::Bool(bool value) {
    if (skipped_levels_ != 0) return true;
    if (frames_.empty()) return outermost_scalar(offset() - (value ? 4 : 5), offset(), value ? "true" : "false");
    const FieldNode* field = take_field();
    return field == nullptr || writer_.boolean(*field, value);
}

bool JsonEvents::RawNumber(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    if (skipped_levels_ != 0) return true;
    if (frames_.empty()) return outermost_scalar(offset(), offset() + length, "a number");
    const FieldNode* field = take_field();
    return field == nullptr || writer_.number(*field, {text, length});
}

bool JsonEvents::String(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    if (skipped_levels_ != 0) return true;
    // While a string is announced, the reader's own stream still stands at its opening quote.
    if (frames_.empty()) return outermost_scalar(offset(), end_of_json_value(payload_, offset()), "a string");
    const FieldNode* field = take_field();
    return field == nullptr || writer_.string(*field, {text, length}, offset());
}

bool JsonEvents::Key(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    if (skipped_levels_ != 0) return true;
    Frame& frame = frames_.back();
    field_ = frame.node->find(frame.position++, {text, length});
    return true;
}

bool JsonEvents::take_expected_key(PaddedJsonStream& stream) {
    if (skipped_levels_ != 0) return false;
    Frame& frame = frames_.back();
    const std::size_t length = frame.node->find_ahead(frame.position, stream.ahead() + 1, field_);
    if (length == 0) return false;
    ++frame.position;
    stream.skip(length + 2);
    return true;
}

bool JsonEvents::start_container(bool is_object) {
    const std::size_t begin = offset() - 1;
    if (++depth_ > maximum_depth) {
        failure_ = {"too_deep",
                    fmt::format("the message is nested deeper than {} levels at byte {}", maximum_depth, begin)};
        return false;
    }
    if (skipped_levels_ != 0) {
        ++skipped_levels_;
        return true;
    }
    if (frames_.empty()) return start_outermost(is_object, begin);
    FieldNode* field = take_field();
    if (field != nullptr && field->has_children()) {
        frames_.push_back({field, begin, 0, is_object});
    } else {
        skipped_levels_ = 1;
        skipped_ = {field, begin, 0, is_object};
    }
    return true;
}

bool JsonEvents::start_outermost(bool is_object, std::size_t begin) {
    if (is_object) {
        writer_.begin_row();
        frames_.push_back({&root_, begin, 0, true});
        return true;
    }
    if (!in_array_of_rows_) {
        in_array_of_rows_ = true;
        element_ = 0;
        return true;
    }
    if (!accepts_any_value_) return fail_not_an_object("an array");
    writer_.begin_row();
    skipped_levels_ = 1;
    skipped_ = {nullptr, begin, 0, false};
    skipped_is_row_ = true;
    return true;
}

bool JsonEvents::end_container() {
    --depth_;
    const std::size_t end = offset();
    if (skipped_levels_ != 0) {
        if (--skipped_levels_ != 0) return true;
        if (skipped_is_row_) {
            skipped_is_row_ = false;
            return end_row(skipped_.begin, end);
        }
        return skipped_.node == nullptr ||
               writer_.container(*skipped_.node, payload_.substr(skipped_.begin, end - skipped_.begin));
    }
    if (frames_.empty()) {
        in_array_of_rows_ = false;
        return true;
    }
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (frames_.empty()) return end_row(frame.begin, end);
    return frame.node->columns.empty() ||
           writer_.container(*frame.node, payload_.substr(frame.begin, end - frame.begin));
}

bool JsonEvents::end_row(std::size_t begin, std::size_t end) {
    std::string_view text = payload_.substr(begin, end - begin);
    // The text of a message of one value is the message, white space included.
    if (!in_array_of_rows_ && skip_json_space(payload_, end) == payload_.size() &&
        skip_json_space(payload_, 0) == begin)
        text = payload_;
    ++element_;
    return writer_.end_row(text, true, true);
}

bool JsonEvents::outermost_scalar(std::size_t begin, std::size_t end, std::string_view what) {
    if (!accepts_any_value_) return fail_not_an_object(what);
    writer_.begin_row();
    return end_row(begin, end);
}

bool JsonEvents::fail_not_an_object(std::string_view what) {
    failure_ = {"type_mismatch",
                in_array_of_rows_ ? fmt::format("element {} of the message is {}; expected an object", element_, what)
                                  : fmt::format("the message is {}; expected an object or an array of objects", what)};
    return false;
}

bool JsonEvents::read_value(rapidjson::Reader& reader) { return !reader.Parse<parse_flags>(*stream_, *this).IsError(); }

bool JsonEventsGroup::read_value(rapidjson::Reader& reader, PaddedJsonStream& stream) {
    return !reader.Parse<parse_flags>(stream, *this).IsError();
}

}  // namespace laminar
