#include "connectors/codec/decoders/json_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "connectors/codec/json/json_text.h"

namespace rapidjson {

/// As for JsonEvents: most objects of a feed have the same keys.
template <>
template <>
inline void Reader::ParseString<laminar::json_parse_flags>(laminar::PaddedJsonStream& stream, laminar::JsonRows& rows,
                                                           bool is_key) {
    if (is_key && rows.take_expected_key(stream)) return;
    internal::StreamLocalCopy<laminar::PaddedJsonStream> copy(stream);
    copy.s.skip(1);
    char* const begin = copy.s.PutBegin();
    ParseStringToStream<laminar::json_parse_flags, UTF8<>, UTF8<>>(copy.s, copy.s);
    if (HasParseError()) return;
    const auto length = static_cast<SizeType>(copy.s.PutEnd(begin) - 1);
    const bool wanted = is_key ? rows.Key(begin, length, false) : rows.String(begin, length, false);
    if (!wanted) SetParseError(kParseErrorTermination, copy.s.Tell());
}

}  // namespace rapidjson

namespace laminar {

namespace {

bool is_index(const std::string& step, std::size_t position) noexcept {
    std::size_t index = 0;
    const char* const end = step.data() + step.size();
    const auto [stop, error] = std::from_chars(step.data(), end, index);
    return stop == end && error == std::errc{} && index == position;
}

}  // namespace

struct JsonRows::MessageFields {
    MessageFields(const BatchSchema& whole, const DecoderOptions& options)
        : schema(fields_of(whole, columns)),
          root(make_field_tree(*schema, options.message_id_field)),
          writer(schema, whole.coerce || options.coerce, false, options.coerce),
          events(writer, *root, {.rows = JsonEvents::Rows::values, .kinds = {true, true, true}}),
          batch(schema) {}

    static std::shared_ptr<const BatchSchema> fields_of(const BatchSchema& whole, std::vector<std::size_t>& columns) {
        auto schema = std::make_shared<BatchSchema>();
        for (std::size_t index = 0; index < whole.columns.size(); ++index) {
            BatchColumn column = whole.columns[index];
            if (!column.of_message && column.metadata != MetadataField::message_id) continue;
            column.of_message = false;
            columns.push_back(index);
            schema->columns.push_back(std::move(column));
        }
        return schema;
    }

    std::vector<std::size_t> columns;  ///< Of the whole schema: those that this one has.
    std::shared_ptr<const BatchSchema> schema;
    std::unique_ptr<FieldNode> root;
    RowWriter writer;
    JsonEvents events;
    ColumnBatch batch;  ///< Of one row at most.
};

JsonRows::JsonRows(JsonEvents& rows, RowWriter& writer, std::shared_ptr<const BatchSchema> schema,
                   const DecoderOptions& options)
    : rows_(rows),
      writer_(writer),
      schema_(std::move(schema)),
      steps_(schema_->rows->steps),
      fields_(steps_.empty() ? nullptr : std::make_unique<MessageFields>(*schema_, options)) {}

JsonRows::~JsonRows() = default;

void JsonRows::begin_message(const Message& message, ColumnBatch& batch, PaddedJsonStream& stream) {
    message_ = &message;
    batch_ = &batch;
    stream_ = &stream;
    rows_.begin_message(message.payload, stream);
    failure_.reset();
}

void JsonRows::begin_value(std::size_t begin) {
    begin_ = skip_json_space(message_->payload, begin);
    is_passed_over_ = parts_ != nullptr && !std::binary_search(parts_->begin(), parts_->end(), begin_);
    frames_.clear();
    depth_ = 0;
    row_levels_ = 0;
    has_place_ = false;
    first_row_ = batch_->rows;
    rows_.begin_value();
    rows_.count_elements_anew();
    if (!fields_) return;
    fields_->batch.clear();
    fields_->writer.begin_message(*message_, fields_->batch);
    fields_->events.begin_message(message_->payload, *stream_);
    fields_->events.begin_value();
}

bool JsonRows::read_value(rapidjson::Reader& reader) {
    return !reader.Parse<json_parse_flags>(*stream_, *this).IsError();
}

void JsonRows::end_value() {
    if (is_passed_over_) return;
    if (!has_place_) {
        rows_.fail_line(begin_, stream_->Tell(),
                        {"missing_field", fmt::format("there are no rows at {}", schema_->rows->text)});
    } else if (fields_) {
        std::vector<MessageError> errors = fields_->events.end_message();
        if (errors.empty())
            copy_fields();
        else
            rows_.fail_line(begin_, stream_->Tell(), std::move(errors.front()));
    }
}

void JsonRows::fail_line(std::size_t begin, std::size_t end, const MessageError& error) {
    rows_.fail_line(begin, end, error);
}

std::optional<MessageError>& JsonRows::failure() noexcept {
    if (!failure_) failure_ = std::exchange(rows_.failure(), std::nullopt);
    return failure_;
}

/// To each row that has come of the value.
void JsonRows::copy_fields() {
    const std::size_t count = batch_->rows - first_row_;
    for (std::size_t index = 0; index < fields_->columns.size(); ++index) {
        const std::size_t column = fields_->columns[index];
        if (!schema_->columns[column].of_message) continue;
        for (std::size_t row = 0; row < count; ++row) batch_->columns[column].append_all(fields_->batch.columns[index]);
        if (schema_->columns[column].tracks_presence)
            batch_->presence[column].insert(batch_->presence[column].end(), count,
                                            fields_->batch.presence[index].front());
    }
    if (const std::optional<std::string_view> id = fields_->batch.facts.own_id(0))
        batch_->facts.give_ids(first_row_, *id);
}

/// A value begins that is in no row: whether it is one.
bool JsonRows::is_row() {
    if (depth_ == 0) {
        leads_on_ = true;
    } else if (depth_ != frames_.size()) {
        leads_on_ = false;
    } else if (Frame& frame = frames_.back(); frame.is_object) {
        leads_on_ = frame.key_leads_on;
    } else {
        const std::optional<std::string>& step = steps_[depth_ - 1];
        leads_on_ = !step || is_index(*step, frame.position);
        ++frame.position;
    }
    const bool is_row = leads_on_ && depth_ == steps_.size();
    has_place_ = has_place_ || is_row;
    return is_row;
}

/// Elements after a row keep their places for the fields of the message, which see a null in its place.
bool JsonRows::pass_over_row() { return !fields_ || fields_->events.Null(); }

template <class Tell>
bool JsonRows::scalar(const Tell& tell) {
    if (is_passed_over_) return true;
    if (row_levels_ > 0) return tell(rows_);
    if (is_row()) return pass_over_row() && tell(rows_);
    return !fields_ || tell(fields_->events);
}

bool JsonRows::Null() {
    const bool is_outside = row_levels_ == 0;
    const bool goes_on = scalar([](JsonEvents& events) { return events.Null(); });
    // No array of rows: none.
    if (is_outside && leads_on_ && depth_ < steps_.size() && !steps_[depth_]) has_place_ = true;
    return goes_on;
}

bool JsonRows::Bool(bool value) {
    return scalar([&](JsonEvents& events) { return events.Bool(value); });
}

bool JsonRows::RawNumber(const char* text, rapidjson::SizeType length, bool copy) {
    return scalar([&](JsonEvents& events) { return events.RawNumber(text, length, copy); });
}

bool JsonRows::String(const char* text, rapidjson::SizeType length, bool copy) {
    return scalar([&](JsonEvents& events) { return events.String(text, length, copy); });
}

bool JsonRows::Key(const char* text, rapidjson::SizeType length, bool copy) {
    if (is_passed_over_) return true;
    if (row_levels_ > 0) return rows_.Key(text, length, copy);
    if (depth_ == frames_.size()) {
        const std::optional<std::string>& step = steps_[depth_ - 1];
        frames_.back().key_leads_on = step && *step == std::string_view(text, length);
        if (frames_.back().key_leads_on) begin_member_that_leads_on();
    }
    return !fields_ || fields_->events.Key(text, length, copy);
}

/// Of a member given twice the last counts.
void JsonRows::begin_member_that_leads_on() {
    Frame& frame = frames_.back();
    if (frame.before_member) {
        rows_.take_back_to(*frame.before_member);
        has_place_ = frame.had_place;
    } else {
        frame.before_member = rows_.progress();
        frame.had_place = has_place_;
    }
}

bool JsonRows::take_expected_key(PaddedJsonStream& stream) {
    return row_levels_ > 0 && rows_.take_expected_key(stream);
}

bool JsonRows::start_container(bool is_object) {
    const auto start = [is_object](JsonEvents& events) {
        return is_object ? events.StartObject() : events.StartArray();
    };
    const bool is_row_here = !is_passed_over_ && row_levels_ == 0 && is_row();
    if (++depth_ > JsonEvents::maximum_depth) {
        failure_ = JsonEvents::too_deep(stream_->Tell() - 1);
        return false;
    }
    if (is_passed_over_) return true;
    if (row_levels_ > 0 || is_row_here) {
        ++row_levels_;
        return (row_levels_ > 1 || pass_over_row()) && start(rows_);
    }
    if (leads_on_) {
        frames_.push_back({.is_object = is_object});
        if (!is_object && !steps_[depth_ - 1]) has_place_ = true;
    }
    return !fields_ || start(fields_->events);
}

bool JsonRows::end_container(bool is_object) {
    const auto end = [is_object](JsonEvents& events) { return is_object ? events.EndObject(0) : events.EndArray(0); };
    --depth_;
    if (is_passed_over_) return true;
    if (row_levels_ > 0) {
        --row_levels_;
        return end(rows_);
    }
    if (frames_.size() > depth_) frames_.pop_back();
    return !fields_ || end(fields_->events);
}

bool JsonMixedGroup::read_value(rapidjson::Reader& reader, PaddedJsonStream& stream) {
    return !reader.Parse<json_parse_flags>(stream, *this).IsError();
}

}  // namespace laminar
