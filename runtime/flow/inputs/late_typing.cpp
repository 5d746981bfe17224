#include "runtime/flow/inputs/late_typing.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "catalog/objects/column_name.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/rows/metadata_writer.h"
#include "connectors/codec/values/time_text.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"
#include "runtime/flow/rows/stream_schema.h"

namespace laminar {

namespace {

/// Enough to see optional fields, few enough to start at once.
constexpr std::size_t messages_looked_at = 100;

std::size_t hidden_index(const ColumnBatch& batch, MetadataField field) {
    for (std::size_t index = 0; index < batch.schema->columns.size(); ++index) {
        if (batch.schema->columns[index].metadata == field) return index;
    }
    return batch.columns.size();
}

/// The text or the bytes of the messages of a raw batch.
const ColumnVector& payloads_of(const ColumnBatch& raw, MessageFormat format) {
    return raw
        .columns[hidden_index(raw, format == MessageFormat::binary ? MetadataField::data : MetadataField::message)];
}

TypeId type_of(const rapidjson::Value& value) {
    if (value.IsBool()) return TypeId::boolean;
    if (value.IsInt64()) return TypeId::bigint;
    if (value.IsNumber()) return TypeId::float64;
    if (value.IsObject() || value.IsArray()) return TypeId::json;
    if (value.IsString() && parse_timestamp({value.GetString(), value.GetStringLength()})) return TypeId::timestamp;
    if (value.IsString()) return TypeId::varchar;
    return TypeId::unknown;
}

/// The type that holds both: numbers widen, anything else mixed is text.
TypeId combine(TypeId seen, TypeId next) {
    if (seen == TypeId::unknown || seen == next) return next;
    if (next == TypeId::unknown) return seen;
    const bool numbers =
        (seen == TypeId::bigint && next == TypeId::float64) || (seen == TypeId::float64 && next == TypeId::bigint);
    return numbers ? TypeId::float64 : TypeId::varchar;
}

/// More columns than that are no table that anybody reads; a message of many fields must not hold up everything else.
constexpr std::size_t most_columns = 1'000;
constexpr std::size_t longest_name = 1'024;
constexpr std::size_t names_told = 5;

/// Why a field cannot be a column; empty when it can.
std::string_view problem_of_name(std::string_view name) {
    if (name.empty()) return "its name is empty";
    if (name.size() > longest_name) return "its name is longer than 1024 bytes";
    if (name.find('\0') != std::string_view::npos || find_invalid_utf8(name) != std::string_view::npos)
        return "its name is no text that a column could have";
    if (is_reserved_column_name(name)) return "its name is one that Laminar uses itself";
    return {};
}

/// Top-level fields of the messages, in order of first appearance, with a type that fits the values seen.
class ObservedFields {
public:
    struct Field {
        std::string name;
        TypeId type = TypeId::unknown;
    };

    /// A message: one value, or several on lines of their own.
    void observe(std::string_view json) {
        for (std::size_t at = skip_json_space(json, 0); at < json.size(); at = skip_json_space(json, at)) {
            rapidjson::Document document;
            rapidjson::MemoryStream stream(json.data() + at, json.size() - at);
            document.ParseStream<rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag>(stream);
            if (document.HasParseError()) {
                at = std::min(json.find('\n', at + document.GetErrorOffset()), json.size());
                continue;
            }
            at += stream.Tell();
            if (document.IsArray()) {
                for (const auto& element : document.GetArray()) observe_object(element);
            } else {
                observe_object(document);
            }
        }
    }
    [[nodiscard]] const std::vector<Field>& fields() const noexcept { return fields_; }
    [[nodiscard]] bool has(const std::string& name) const { return positions_.contains(name); }
    /// Before anything is observed: a name with dots, which takes what is at that path where no field has the name.
    void watch(const BatchColumn& column) {
        if (!column.nested_path.empty()) nested_.push_back({column.json_path.front(), column.nested_path});
    }
    /// Of the values that would fill a column of that name.
    [[nodiscard]] TypeId type_of_field(const std::string& name) const {
        const auto nested = std::find_if(nested_.begin(), nested_.end(),
                                         [&](const NestedField& each) { return each.name == name && each.is_seen; });
        if (nested != nested_.end()) return nested->type;
        const auto exact = positions_.find(name);
        if (exact != positions_.end()) return fields_[exact->second].type;
        const auto folded = folded_positions_.find(fold_case(name));
        return folded != folded_positions_.end() ? fields_[folded->second].type : TypeId::unknown;
    }

private:
    struct NestedField {
        std::string name;
        std::vector<std::string> steps;
        TypeId type = TypeId::unknown;
        bool is_seen = false;
    };

    /// The last member of a name, or the element of a number.
    static const rapidjson::Value* step_into(const rapidjson::Value& value, const std::string& step) {
        const rapidjson::Value* found = nullptr;
        if (value.IsObject()) {
            for (const auto& member : value.GetObject()) {
                if (std::string_view(member.name.GetString(), member.name.GetStringLength()) == step)
                    found = &member.value;
            }
        } else if (value.IsArray()) {
            std::size_t index = 0;
            const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
            if (error == std::errc{} && end == step.data() + step.size() && index < value.Size())
                found = &value[static_cast<rapidjson::SizeType>(index)];
        }
        return found;
    }

    static void observe_nested(const rapidjson::Value& object, NestedField& field) {
        const rapidjson::Value* value = step_into(object, field.name);
        if (value == nullptr) {
            value = &object;
            for (std::size_t step = 0; value != nullptr && step < field.steps.size(); ++step)
                value = step_into(*value, field.steps[step]);
        }
        if (value == nullptr) return;
        field.is_seen = true;
        field.type = combine(field.type, type_of(*value));
    }

    void observe_object(const rapidjson::Value& value) {
        if (!value.IsObject()) return;
        for (NestedField& field : nested_) observe_nested(value, field);
        for (const auto& member : value.GetObject()) {
            std::string name(member.name.GetString(), member.name.GetStringLength());
            const auto [found, is_new] = positions_.emplace(name, fields_.size());
            if (is_new) {
                folded_positions_.emplace(fold_case(name), fields_.size());
                fields_.push_back({std::move(name), TypeId::unknown});
            }
            Field& field = fields_[found->second];
            field.type = combine(field.type, type_of(member.value));
        }
    }

    std::vector<NestedField> nested_;
    std::vector<Field> fields_;
    std::unordered_map<std::string, std::size_t> positions_;
    std::unordered_map<std::string, std::size_t> folded_positions_;  ///< Of the first with that name in any case.
};

}  // namespace

bool needs_late_typing(const QueryInput& input) noexcept {
    return input.all_fields || std::any_of(input.columns.begin(), input.columns.end(), [](const InputColumn& column) {
               return !column.metadata && column.type.id == TypeId::unknown;
           });
}

LateTyping::LateTyping(QueryInput input, DecoderOptions decoder)
    : input_(std::move(input)), decoder_options_(std::move(decoder)) {
    // The types are guesses: a message that does not fit them is a row of NULLs, not an error.
    decoder_options_.tolerant = true;
    decoder_options_.guessed_types = true;
}

std::shared_ptr<const BatchSchema> LateTyping::raw_schema(MessageFormat format) { return message_batch_schema(format); }

void LateTyping::decide(const ColumnBatch& raw) {
    ObservedFields observed;
    for (const InputColumn& column : input_.columns) {
        BatchColumn wanted;
        wanted.take_field(shown_column_name(column.name));
        if (!column.metadata) observed.watch(wanted);
    }
    const ColumnVector& payloads = payloads_of(raw, decoder_options_.format);
    for (std::size_t row = 0; row < std::min(raw.rows, messages_looked_at); ++row) {
        if (payloads.is_valid(row)) observed.observe(payloads.string_at(row));
    }

    for (InputColumn& column : input_.columns) {
        if (column.metadata || column.type.id != TypeId::unknown) continue;
        const TypeId seen = observed.type_of_field(std::string(shown_column_name(column.name)));
        column.type = seen == TypeId::unknown ? TypeId::varchar : seen;
    }
    if (input_.all_fields) {
        struct Spellings {
            std::size_t count = 0;
            bool takes_other_case = false;  ///< One of them is a column, but no field, and takes this one instead.
        };
        std::unordered_map<std::string, Spellings> spellings;  ///< By the name without case.
        std::unordered_set<std::string> names;
        for (const InputColumn& column : input_.columns) {
            const std::string name(shown_column_name(column.name));
            Spellings& known = spellings[fold_case(name)];
            ++known.count;
            known.takes_other_case = known.takes_other_case || column.metadata.has_value() || !observed.has(name);
            names.insert(name);
        }
        for (const ObservedFields::Field& field : observed.fields()) {
            std::string_view problem = problem_of_name(field.name);
            Spellings& known = spellings[fold_case(field.name)];
            if (problem.empty() && (known.takes_other_case || names.contains(field.name))) continue;
            if (problem.empty() && input_.columns.size() >= most_columns) problem = "there are 1000 columns already";
            if (!problem.empty()) {
                leave_out(field.name, problem);
                continue;
            }
            input_.columns.push_back({engine_column_name(field.name, known.count++),
                                      field.type == TypeId::unknown ? TypeId::varchar : field.type,
                                      {},
                                      {}});
        }
    }
    schema_ = connection_batch_schema(input_, decoder_options_.format);
    decoder_ = make_decoder();
    batch_ = std::make_unique<ColumnBatch>(schema_);
}

void LateTyping::leave_out(std::string_view name, std::string_view problem) {
    if (fields_left_out_++ < names_told) {
        if (!names_left_out_.empty()) names_left_out_ += ", ";
        names_left_out_ += fmt::format("{} ({})", quote_excerpt(name), problem);
    }
}

std::string LateTyping::take_report() {
    const std::size_t count = std::exchange(fields_left_out_, 0);
    if (count == 0) return {};
    const std::string more = count > names_told ? fmt::format(" and {} more", count - names_told) : std::string();
    return fmt::format("{} of its messages {} no column of *: {}{}", count == 1 ? "a field" : "fields",
                       count == 1 ? "is" : "are", std::exchange(names_left_out_, {}), more);
}

std::unique_ptr<MessageDecoder> LateTyping::make_decoder() const {
    return make_message_decoder(decoder_options_, schema_);
}

ColumnBatch* LateTyping::decode(const ColumnBatch& raw) {
    if (!decoder_) {
        if (raw.rows == 0) return nullptr;
        decide(raw);
    }
    batch_->clear();
    const ColumnVector& payloads = payloads_of(raw, decoder_options_.format);
    Message message;
    for (std::size_t row = 0; row < raw.rows; ++row) {
        raw.facts.read(row, message);
        message.payload = payloads.is_valid(row) ? payloads.string_at(row) : std::string_view();
        decoder_->decode(message, *batch_);
    }
    fill_in_processed_at(*batch_, std::chrono::system_clock::now());
    return batch_.get();
}

}  // namespace laminar
