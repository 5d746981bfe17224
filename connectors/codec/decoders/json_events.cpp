#include "connectors/codec/decoders/json_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "connectors/codec/json/json_text.h"

namespace laminar {

namespace {

/// What is kept of one message; of further errors only how many there are.
constexpr std::size_t most_errors = 100;

}  // namespace

}  // namespace laminar

namespace rapidjson {

/// As the reader's own, but for keys that are where they have been before: most objects of a feed have the same.
template <>
template <>
inline void Reader::ParseString<laminar::json_parse_flags>(laminar::PaddedJsonStream& stream,
                                                           laminar::JsonEvents& events, bool is_key) {
    if (is_key && events.take_expected_key(stream)) return;
    internal::StreamLocalCopy<laminar::PaddedJsonStream> copy(stream);
    copy.s.skip(1);
    char* const begin = copy.s.PutBegin();
    ParseStringToStream<laminar::json_parse_flags, UTF8<>, UTF8<>>(copy.s, copy.s);
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
    is_given_up_ = false;
    is_no_object_ = false;
    row_error_.reset();
    in_array_of_rows_ = false;
    element_ = 0;
    values_ = 0;
    errors_.clear();
    errors_left_out_ = 0;
    failure_.reset();
    if (settings_.rows == Rows::message) writer_.begin_row();
}

/// The place of the value at hand, or null when no column wants it.
FieldNode* JsonEvents::take_field() {
    Frame& frame = frames_.back();
    FieldNode::Match match = field_;
    if (!frame.is_object) match = {frame.node->element(frame.position++), true};
    if (match.node == nullptr || !writer_.visit(*match.node, match.exact)) return nullptr;
    return match.node;
}

/// A value that is a row, if it may be.
template <class Write>
bool JsonEvents::scalar_row(std::size_t begin, std::size_t end, std::string_view what, const Write& write) {
    if (!settings_.kinds.scalars) {
        begin_row_without_fields(what);
        return end_row(begin, end);
    }
    writer_.begin_row();
    if (root_.is_wanted() && writer_.visit(root_, true) && !write()) {
        row_error_ = std::exchange(writer_.error(), std::nullopt);
        writer_.discard_rows(writer_.rows());
        is_given_up_ = true;
    }
    return end_row(begin, end);
}

template <class Write>
bool JsonEvents::outermost_scalar(std::size_t begin, std::size_t end, std::string_view what, const Write& write) {
    if (settings_.rows == Rows::message) {
        if (settings_.tells_no_objects) add_no_object(what, begin, end);
        if (in_array_of_rows_) ++element_;
        return true;
    }
    if (settings_.rows == Rows::values) return scalar_row(begin, end, what, write);
    if (settings_.rows == Rows::parts && !take_part(begin)) return end_row(begin, end);
    begin_row_without_fields(what);
    return end_row(begin, end);
}

bool JsonEvents::Null() {
    if (skipped_levels_ != 0) return true;
    if (frames_.empty())
        return outermost_scalar(offset() - 4, offset(), "null", [this] { return writer_.null(root_); });
    const FieldNode* field = take_field();
    return field == nullptr || writer_.null(*field) || give_up_row();
}

bool JsonEvents::Bool(bool value) {
    if (skipped_levels_ != 0) return true;
    if (frames_.empty())
        return outermost_scalar(offset() - (value ? 4 : 5), offset(), value ? "true" : "false",
                                [&] { return writer_.boolean(root_, value); });
    const FieldNode* field = take_field();
    return field == nullptr || writer_.boolean(*field, value) || give_up_row();
}

bool JsonEvents::RawNumber(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    if (skipped_levels_ != 0) return true;
    if (frames_.empty())
        return outermost_scalar(offset(), offset() + length, "a number", [&] {
            return writer_.number(root_, {text, length});
        });
    const FieldNode* field = take_field();
    return field == nullptr || writer_.number(*field, {text, length}) || give_up_row();
}

bool JsonEvents::String(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    if (skipped_levels_ != 0) return true;
    // While a string is announced, the reader's own stream still stands at its opening quote.
    if (frames_.empty())
        return outermost_scalar(offset(), end_of_json_value(payload_, offset()), "a string", [&] {
            return writer_.string(root_, {text, length}, offset());
        });
    const FieldNode* field = take_field();
    return field == nullptr || writer_.string(*field, {text, length}, offset()) || give_up_row();
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

MessageError JsonEvents::too_deep(std::size_t at) {
    return {"too_deep", fmt::format("the message is nested deeper than {} levels at byte {}", maximum_depth, at)};
}

bool JsonEvents::start_container(bool is_object) {
    const std::size_t begin = offset() - 1;
    if (++depth_ > maximum_depth) {
        failure_ = too_deep(begin);
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

void JsonEvents::take_only(const MessageParts* parts) noexcept {
    parts_ = parts;
    if (settings_.rows == Rows::objects && parts != nullptr)
        settings_.rows = Rows::parts;
    else if (settings_.rows == Rows::parts && parts == nullptr && !root_.is_wanted())
        settings_.rows = Rows::objects;
}

/// Whether the value at hand is one that is asked for.
bool JsonEvents::take_part(std::size_t begin) {
    is_passed_over_ = parts_ != nullptr && !std::binary_search(parts_->begin(), parts_->end(), begin);
    return !is_passed_over_;
}

/// Of a message that is one row.
bool JsonEvents::start_in_message(bool is_object, std::size_t begin) {
    if (!is_object && settings_.tells_no_objects) return start_told_array(begin);
    if (is_object && values_ == 1 && !in_array_of_rows_)
        frames_.push_back({&root_, begin, 0, true});
    else
        skip_container(begin, in_array_of_rows_);
    return true;
}

/// Of a value that is a row, if it is of a kind that may be.
bool JsonEvents::start_value(bool is_object, std::size_t begin) {
    if (is_object ? settings_.kinds.objects : settings_.kinds.arrays) {
        writer_.begin_row();
        frames_.push_back({&root_, begin, 0, is_object});
    } else {
        begin_row_without_fields(is_object ? "an object" : "an array");
        skip_container(begin, true);
    }
    return true;
}

/// For columns that take the row whole.
bool JsonEvents::take_whole(std::size_t begin, std::size_t end) {
    const bool is_container = payload_[begin] == '{' || payload_[begin] == '[';
    if (!is_container || !root_.is_wanted()) return true;
    return !writer_.visit(root_, true) || writer_.container(root_, payload_.substr(begin, end - begin));
}

bool JsonEvents::start_outermost(bool is_object, std::size_t begin) {
    if (settings_.rows >= Rows::message) {
        if (settings_.rows == Rows::message) return start_in_message(is_object, begin);
        if (settings_.rows == Rows::values) return start_value(is_object, begin);
        if ((is_object || in_array_of_rows_) && !take_part(begin)) {
            skip_container(begin, true);
            return true;
        }
    }
    if (is_object) {
        writer_.begin_row();
        frames_.push_back({&root_, begin, 0, true});
    } else if (in_array_of_rows_) {
        begin_row_without_fields("an array");
        skip_container(begin, true);
    } else {
        in_array_of_rows_ = true;
        element_ = 0;
    }
    return true;
}

/// An array of a message that is kept whole, whose elements are to be rows later; or one in the place of such a row.
bool JsonEvents::start_told_array(std::size_t begin) {
    if (in_array_of_rows_) {
        add_no_object("an array", begin, end_of_json_value(payload_, begin));
        skip_container(begin, true);
    } else {
        in_array_of_rows_ = true;
        element_ = 0;
    }
    return true;
}

void JsonEvents::skip_container(std::size_t begin, bool is_row) {
    skipped_levels_ = 1;
    skipped_ = {nullptr, begin, 0, false};
    skipped_is_row_ = is_row;
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
               writer_.container(*skipped_.node, payload_.substr(skipped_.begin, end - skipped_.begin)) ||
               give_up_row();
    }
    if (frames_.empty()) {
        in_array_of_rows_ = false;
        return true;
    }
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (frames_.empty()) return end_row(frame.begin, end);
    return frame.node->columns.empty() ||
           writer_.container(*frame.node, payload_.substr(frame.begin, end - frame.begin)) || give_up_row();
}

bool JsonEvents::end_row(std::size_t begin, std::size_t end) {
    // There may be more of the message: see end_only_row.
    const bool is_special = settings_.rows >= Rows::message;
    if (is_special && (settings_.rows == Rows::message || is_passed_over_)) {
        if (in_array_of_rows_) ++element_;
        return true;
    }
    bool kept = false;
    if (!is_given_up_) {
        std::string_view text = payload_.substr(begin, end - begin);
        // The text of a message of one value is the message, white space included.
        if (!in_array_of_rows_ && skip_json_space(payload_, end) == payload_.size() &&
            skip_json_space(payload_, 0) == begin)
            text = payload_;
        kept = (!is_special || take_whole(begin, end)) && writer_.end_row(text, true, true);
    }
    if (!kept || row_error_ || writer_.error()) return end_wrong_row(begin, end, kept);
    ++element_;
    return true;
}

/// The row is wrong: the rest of it is read past, and leaves nothing behind.
bool JsonEvents::give_up_row() {
    row_error_ = std::exchange(writer_.error(), std::nullopt);
    writer_.discard_rows(writer_.rows());
    is_given_up_ = true;
    skipped_levels_ = frames_.size();
    skipped_ = {nullptr, frames_.front().begin, 0, false};
    skipped_is_row_ = true;
    frames_.clear();
    return true;
}

bool JsonEvents::end_wrong_row(std::size_t begin, std::size_t end, bool kept) {
    if (!row_error_) row_error_ = std::move(writer_.error());
    writer_.error().reset();
    if (!kept && !is_given_up_) writer_.discard_rows(writer_.rows());
    if (!kept || is_no_object_ || settings_.tells_misfits) add_error(std::move(*row_error_), begin, end);
    row_error_.reset();
    is_given_up_ = false;
    is_no_object_ = false;
    ++element_;
    return true;
}

/// Of a value in the place of an object.
void JsonEvents::begin_row_without_fields(std::string_view what) {
    writer_.begin_row();
    is_no_object_ = true;
    row_error_ = no_object(what);
    is_given_up_ = settings_.rows != Rows::all_values;
}

MessageError JsonEvents::no_object(std::string_view what) const {
    if (settings_.rows == Rows::values) {
        const Kinds& kinds = settings_.kinds;
        const std::string_view wanted = kinds.objects && kinds.arrays ? "an object or an array"
                                        : kinds.arrays                ? "an array"
                                                                      : "an object";
        return {"type_mismatch", fmt::format("is {}; expected {}", what, wanted)};
    }
    return {"type_mismatch",
            fmt::format("is {}; expected an object{}", what, in_array_of_rows_ ? "" : " or an array of objects")};
}

void JsonEvents::add_no_object(std::string_view what, std::size_t begin, std::size_t end) {
    is_no_object_ = true;
    add_error(no_object(what), begin, end);
    is_no_object_ = false;
}

/// The message is not one object after all: its row has no fields.
void JsonEvents::begin_row_anew() {
    writer_.discard_rows();
    writer_.begin_row();
    is_given_up_ = false;
    row_error_.reset();
}

void JsonEvents::fail_line(std::size_t begin, std::size_t end, MessageError error) {
    frames_.clear();
    depth_ = 0;
    skipped_levels_ = 0;
    skipped_is_row_ = false;
    in_array_of_rows_ = false;
    is_given_up_ = false;
    is_no_object_ = false;
    row_error_.reset();
    errors_.resize(errors_before_value_);
    if (settings_.rows == Rows::message) {
        begin_row_anew();
    } else {
        writer_.discard_rows(rows_before_value_);
        if (settings_.rows == Rows::all_values) {
            writer_.begin_row();
            if (!writer_.end_row(payload_.substr(begin, end - begin), true, false))
                writer_.discard_rows(rows_before_value_);
        }
    }
    add_error(std::move(error), begin, end);
    if (errors_left_out_ == 0) errors_.back().element.reset();
}

void JsonEvents::end_only_row() {
    if (!is_given_up_ && !writer_.end_row(payload_, true, values_ == 1)) {
        row_error_ = std::exchange(writer_.error(), std::nullopt);
        writer_.discard_rows();
    }
    if (!row_error_ && settings_.tells_misfits) row_error_ = std::move(writer_.error());
    writer_.error().reset();
    if (row_error_) add_error(*std::exchange(row_error_, std::nullopt), 0, payload_.size());
}

void JsonEvents::add_error(MessageError error, std::size_t begin, std::size_t end) {
    if (errors_.size() == most_errors) {
        ++errors_left_out_;
        return;
    }
    error.part_begin = begin;
    error.part_end = end;
    errors_.push_back({std::move(error), {}, is_no_object_});
    if (in_array_of_rows_ || settings_.are_elements) errors_.back().element = element_;
}

void JsonEvents::take_back_to(const Progress& progress) {
    writer_.discard_rows(progress.rows);
    errors_.resize(progress.errors);
    errors_left_out_ = progress.errors_left_out;
    element_ = progress.element;
}

std::vector<MessageError> JsonEvents::end_message() {
    if (settings_.rows == Rows::message) end_only_row();
    std::vector<MessageError> errors;
    std::size_t line = 1;
    std::size_t counted = 0;
    for (PartError& each : errors_) {
        const std::string_view before = payload_.substr(counted, each.error.part_begin - counted);
        line += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
        counted = each.error.part_begin;
        say_where(each, line);
        errors.push_back(std::move(each.error));
    }
    if (errors_left_out_ > 0)
        errors.push_back(
            {errors.back().type, fmt::format("{} further parts of the message are wrong", errors_left_out_)});
    return errors;
}

void JsonEvents::say_where(PartError& wrong, std::size_t line) const {
    MessageError& error = wrong.error;
    const bool is_within = !settings_.place.empty() && settings_.place != "$" && (wrong.element || wrong.is_no_object);
    std::string place = is_within ? std::string(settings_.place) : "the message";
    if (wrong.element) place = fmt::format("element {} of {}", *wrong.element, place);
    const bool is_line = values_ > 1 && (settings_.rows != Rows::message || settings_.tells_no_objects);
    if (is_line && is_within)
        place += fmt::format(" in line {} of the message", line);
    else if (is_line)
        place = fmt::format("{}line {} of the message",
                            wrong.element ? fmt::format("element {} of ", *wrong.element) : "", line);
    if (!wrong.element && !is_line) error.part_begin = error.part_end = 0;
    if (!wrong.element && !is_line && !wrong.is_no_object) return;
    error.message = fmt::format("{}{} {}", place, wrong.is_no_object ? "" : ":", error.message);
}

bool JsonEvents::read_value(rapidjson::Reader& reader) {
    return !reader.Parse<json_parse_flags>(*stream_, *this).IsError();
}

bool JsonEventsGroup::read_value(rapidjson::Reader& reader, PaddedJsonStream& stream) {
    return !reader.Parse<json_parse_flags>(stream, *this).IsError();
}

}  // namespace laminar
