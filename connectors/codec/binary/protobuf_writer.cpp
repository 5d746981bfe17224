#include "connectors/codec/binary/protobuf_writer.h"

#include <fmt/format.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "connectors/codec/binary/protobuf_types.h"
#include "connectors/codec/binary/protobuf_well_known.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/base64.h"
#include "connectors/codec/values/calendar.h"
#include "connectors/codec/values/interval_text.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/codec/values/time_text.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

namespace pb = google::protobuf;
using Wire = pb::internal::WireFormatLite;
using Field = pb::FieldDescriptor;

/// Of names of an enum, in errors.
constexpr int most_names = 8;
constexpr std::size_t most_depth = 100;

void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) out += static_cast<char>(value | 0x80U);
    out += static_cast<char>(value);
}

void append_fixed(std::string& out, std::uint64_t value, std::size_t size) {
    for (std::size_t index = 0; index < size; ++index) out += static_cast<char>(value >> (8 * index));
}

int wire_type_of(const Field& field) { return Wire::WireTypeForFieldType(static_cast<Wire::FieldType>(field.type())); }

void append_tag(std::string& out, const Field& field, int wire_type) {
    append_varint(out, static_cast<std::uint64_t>(field.number()) << 3U | static_cast<std::uint64_t>(wire_type));
}

void append_bytes(std::string& out, std::string_view bytes) {
    append_varint(out, bytes.size());
    out += bytes;
}

/// A fraction counts in nanoseconds, which all of the times here have.
void append_seconds_and_nanos(std::string& out, std::int64_t seconds, std::int64_t nanos) {
    if (seconds != 0) {
        append_varint(out, 1U << 3U);
        append_varint(out, static_cast<std::uint64_t>(seconds));
    }
    if (nanos == 0) return;
    append_varint(out, 2U << 3U);
    append_varint(out, static_cast<std::uint64_t>(nanos));
}

bool is_string(std::string_view json) { return json.starts_with('"'); }

std::string kind_of(std::string_view json) {
    switch (json.empty() ? 'n' : json.front()) {
        case '"':
            return "string " + quote_excerpt(json_value_text(json));
        case '{':
            return "an object";
        case '[':
            return "an array";
        case 't':
        case 'f':
        case 'n':
            return std::string(json);
        default:
            return "number " + std::string(json.substr(0, 60));
    }
}

std::string names_of(const pb::EnumDescriptor& type) {
    std::string names;
    for (int index = 0; index < type.value_count() && index < most_names; ++index)
        names += (index == 0 ? "" : ", ") + type.value(index)->name();
    return type.value_count() > most_names ? names + " ..." : names;
}

}  // namespace

const Field* ProtobufWriter::find_field(const Type& type, std::string_view name) {
    if (const Field* field = type.FindFieldByName(std::string(name))) return field;
    const Field* other = nullptr;
    for (int index = 0; index < type.field_count(); ++index) {
        const Field& field = *type.field(index);
        if (field.json_name() == name) return &field;
        if (other == nullptr &&
            (equals_ignoring_case(field.name(), name) || equals_ignoring_case(field.json_name(), name)))
            other = &field;
    }
    return other;
}

bool ProtobufWriter::fail(const std::string& reason) {
    if (!problem_.empty()) return false;
    std::string path;
    for (const std::string& step : path_) path += (path.empty() || step.starts_with('[') ? "" : ".") + step;
    problem_ = path.empty() ? reason : fmt::format("field \"{}\": {}", path, reason);
    return false;
}

bool ProtobufWriter::refuse(std::string_view json, const std::string& expected) {
    return fail(fmt::format("expected {}, found {}", expected, kind_of(json)));
}

bool ProtobufWriter::write(const Type& type, std::string_view json, std::string& out) {
    json.remove_prefix(skip_json_space(json, 0));
    return write_object(type, json, out);
}

bool ProtobufWriter::write_object(const Type& type, std::string_view json, std::string& out) {
    // Also of types that hold themselves: Struct, ListValue.
    if (path_.size() > most_depth) return fail(fmt::format("nested deeper than {} levels", most_depth));
    bool is_written = false;
    if (!write_well_known(type, json, out, is_written) || is_written) return is_written && problem_.empty();
    if (!json.starts_with('{')) return refuse(json, fmt::format("the fields of {}", type.full_name()));
    std::vector<const Field*> written;
    std::string scratch;
    JsonMembers members(json);
    while (const auto member = members.next()) {
        const std::string name(json_string_content(member->quoted_key, scratch));
        const Field* field = find_field(type, name);
        if (field == nullptr) return fail(fmt::format("message {} has no field \"{}\"", type.full_name(), name));
        const bool is_null_value =
            field->message_type() != nullptr && field->message_type()->well_known_type() == Type::WELLKNOWNTYPE_VALUE;
        if (member->value == "null" && !is_null_value) continue;
        path_.push_back(field->name());
        if (!write_field(*field, member->value, out)) return false;
        path_.pop_back();
        written.push_back(field);
    }
    return check_whole(type, written);
}

/// What a type demands beyond its fields.
bool ProtobufWriter::check_whole(const Type& type, const std::vector<const Field*>& written) {
    for (int index = 0; index < type.field_count(); ++index) {
        const Field* field = type.field(index);
        if (!field->is_required() || std::find(written.begin(), written.end(), field) != written.end()) continue;
        path_.push_back(field->name());
        return fail("it is required, and there is no value");
    }
    for (std::size_t second = 1; second < written.size(); ++second) {
        const pb::OneofDescriptor* oneof = written[second]->real_containing_oneof();
        if (oneof == nullptr) continue;
        for (std::size_t first = 0; first < second; ++first) {
            if (written[first]->containing_oneof() != oneof || written[first] == written[second]) continue;
            return fail(fmt::format("\"{}\" and \"{}\" are of one oneof (\"{}\"): all but one must be NULL",
                                    written[first]->name(), written[second]->name(), oneof->name()));
        }
    }
    return true;
}

bool ProtobufWriter::write_well_known(const Type& type, std::string_view json, std::string& out, bool& is_written) {
    is_written = true;
    // What they wrap stands in their place.
    if (is_scalar_wrapper(type) || is_json_container(type)) return write_field(*type.field(0), json, out);
    switch (type.well_known_type()) {
        case Type::WELLKNOWNTYPE_TIMESTAMP:
            return write_timestamp(json, out);
        case Type::WELLKNOWNTYPE_DURATION:
            return write_duration(json, out);
        case Type::WELLKNOWNTYPE_VALUE:
            return write_any_value(type, json, out);
        default:
            break;
    }
    is_written = false;
    return true;
}

bool ProtobufWriter::write_timestamp(std::string_view json, std::string& out) {
    const auto moment = is_string(json) ? parse_timestamp(json_value_text(json)) : std::nullopt;
    if (!moment || moment->micros == infinite_timestamp || moment->micros == -infinite_timestamp)
        return refuse(json, "a time (google.protobuf.Timestamp)");
    std::int64_t seconds = moment->micros / micros_per_second;
    std::int64_t micros = moment->micros % micros_per_second;
    if (micros < 0) {
        --seconds;
        micros += micros_per_second;
    }
    append_seconds_and_nanos(out, seconds, micros * 1000 + moment->nanos);
    return true;
}

bool ProtobufWriter::write_duration(std::string_view json, std::string& out) {
    const auto interval = is_string(json) ? parse_interval(json_value_text(json)) : std::nullopt;
    if (!interval) return refuse(json, "an interval (google.protobuf.Duration)");
    if (interval->months != 0) return fail("a Duration has seconds, and months have no fixed number of them");
    const WideInteger micros = static_cast<WideInteger>(interval->days) * micros_per_day + interval->micros;
    append_seconds_and_nanos(out, static_cast<std::int64_t>(micros / micros_per_second),
                             static_cast<std::int64_t>(micros % micros_per_second) * 1000);
    return true;
}

/// Any JSON: the one field of a Value that is for its kind.
bool ProtobufWriter::write_any_value(const Type& type, std::string_view json, std::string& out) {
    const char first = json.empty() ? 'n' : json.front();
    const char* name = first == '"'                   ? "string_value"
                       : first == '{'                 ? "struct_value"
                       : first == '['                 ? "list_value"
                       : first == 't' || first == 'f' ? "bool_value"
                       : first == 'n'                 ? "null_value"
                                                      : "number_value";
    const Field* field = type.FindFieldByName(name);
    if (field == nullptr) return fail("it is no google.protobuf.Value that is known");
    if (first != 'n') return write_one(*field, json, out);
    append_tag(out, *field, Wire::WIRETYPE_VARINT);
    append_varint(out, 0);
    return true;
}

bool ProtobufWriter::write_field(const Field& field, std::string_view json, std::string& out) {
    if (field.is_map()) return write_map(field, json, out);
    return field.is_repeated() ? write_list(field, json, out) : write_one(field, json, out);
}

bool ProtobufWriter::write_list(const Field& field, std::string_view json, std::string& out) {
    if (!json.starts_with('[')) return refuse(json, fmt::format("a list of {}", field.type_name()));
    std::string packed;
    std::size_t index = 0;
    JsonElements elements(json);
    for (auto element = elements.next(); element; element = elements.next(), ++index) {
        path_.push_back(fmt::format("[{}]", index));
        const bool is_null_value =
            field.message_type() != nullptr && field.message_type()->well_known_type() == Type::WELLKNOWNTYPE_VALUE;
        if (*element == "null" && !is_null_value) return fail("a list of a message has no NULL");
        const bool good = field.is_packed() ? write_scalar(field, *element, packed) : write_one(field, *element, out);
        if (!good) return false;
        path_.pop_back();
    }
    if (packed.empty()) return true;
    append_tag(out, field, Wire::WIRETYPE_LENGTH_DELIMITED);
    append_bytes(out, packed);
    return true;
}

bool ProtobufWriter::write_map(const Field& field, std::string_view json, std::string& out) {
    if (json.starts_with('{')) {
        JsonMembers members(json);
        while (const auto member = members.next()) {
            if (!write_entry(field, member->quoted_key, member->value, out)) return false;
        }
        return true;
    }
    return refuse(json, "a map");
}

bool ProtobufWriter::write_entry(const Field& field, std::string_view key, std::string_view value, std::string& out) {
    const Type& type = *field.message_type();
    path_.push_back(fmt::format("[{}]", key));
    if (value == "null") return fail("a map of a message has no NULL");
    std::string entry;
    if (type.map_key()->type() == Field::TYPE_BOOL) {
        const std::string text = json_value_text(key);
        if (!write_one(*type.map_key(), text, entry)) return false;
    } else if (!write_one(*type.map_key(), key, entry)) {
        return false;
    }
    if (!write_one(*type.map_value(), value, entry)) return false;
    path_.pop_back();
    append_tag(out, field, Wire::WIRETYPE_LENGTH_DELIMITED);
    append_bytes(out, entry);
    return true;
}

bool ProtobufWriter::write_one(const Field& field, std::string_view json, std::string& out) {
    if (field.type() == Field::TYPE_GROUP) {
        append_tag(out, field, Wire::WIRETYPE_START_GROUP);
        if (!write_object(*field.message_type(), json, out)) return false;
        append_tag(out, field, Wire::WIRETYPE_END_GROUP);
        return true;
    }
    append_tag(out, field, wire_type_of(field));
    if (field.type() != Field::TYPE_MESSAGE) return write_scalar(field, json, out);
    std::string message;
    if (!write_object(*field.message_type(), json, message)) return false;
    append_bytes(out, message);
    return true;
}

bool ProtobufWriter::write_scalar(const Field& field, std::string_view json, std::string& out) {
    switch (field.type()) {
        case Field::TYPE_STRING:
            if (!is_string(json)) return refuse(json, "a string");
            append_bytes(out, json_value_text(json));
            return true;
        case Field::TYPE_BYTES: {
            std::string bytes;
            if (!is_string(json) || !decode_base64(json_value_text(json), bytes)) return refuse(json, "bytes (base64)");
            append_bytes(out, bytes);
            return true;
        }
        case Field::TYPE_BOOL:
            if (json != "true" && json != "false") return refuse(json, "true or false");
            append_varint(out, json == "true" ? 1 : 0);
            return true;
        case Field::TYPE_ENUM:
            return write_enum(field, json, out);
        case Field::TYPE_DOUBLE:
        case Field::TYPE_FLOAT: {
            const std::string text = json_value_text(json);
            double value = 0;
            const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (failure != std::errc() || end != text.data() + text.size()) return refuse(json, "a number");
            if (field.type() == Field::TYPE_DOUBLE) {
                append_fixed(out, std::bit_cast<std::uint64_t>(value), 8);
                return true;
            }
            if (std::isfinite(value) && std::abs(value) > std::numeric_limits<float>::max())
                return refuse(json, "a number that a float has room for");
            append_fixed(out, std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4);
            return true;
        }
        default:
            return write_integer(field, json, out);
    }
}

bool ProtobufWriter::write_integer(const Field& field, std::string_view json, std::string& out) {
    const std::string text = json_value_text(json);
    const ScaledNumber number = parse_scaled_number(text, 0);
    if (number.fit == NumberFit::not_a_number || number.fit == NumberFit::rounded)
        return refuse(json, "a whole number");
    const bool has_32_bits = field.cpp_type() == Field::CPPTYPE_INT32 || field.cpp_type() == Field::CPPTYPE_UINT32;
    const bool is_signed = field.cpp_type() == Field::CPPTYPE_INT32 || field.cpp_type() == Field::CPPTYPE_INT64;
    const unsigned bits = (has_32_bits ? 32U : 64U) - (is_signed ? 1U : 0U);
    const WideUnsigned most = (WideUnsigned{1} << bits) - (number.negative ? 0U : 1U);
    const bool is_below = number.negative && !is_signed && number.magnitude != 0;
    if (number.fit == NumberFit::out_of_range || number.magnitude > most || is_below)
        return refuse(json, fmt::format("a whole number that {} has room for", field.type_name()));
    const auto magnitude = static_cast<std::uint64_t>(number.magnitude);
    const std::uint64_t value = number.negative ? 0U - magnitude : magnitude;
    switch (field.type()) {
        case Field::TYPE_SINT32:
            append_varint(out, Wire::ZigZagEncode32(static_cast<std::int32_t>(value)));
            return true;
        case Field::TYPE_SINT64:
            append_varint(out, Wire::ZigZagEncode64(static_cast<std::int64_t>(value)));
            return true;
        case Field::TYPE_FIXED32:
        case Field::TYPE_SFIXED32:
            append_fixed(out, value, 4);
            return true;
        case Field::TYPE_FIXED64:
        case Field::TYPE_SFIXED64:
            append_fixed(out, value, 8);
            return true;
        default:
            append_varint(out, value);
            return true;
    }
}

bool ProtobufWriter::write_enum(const Field& field, std::string_view json, std::string& out) {
    const pb::EnumDescriptor& type = *field.enum_type();
    if (is_string(json)) {
        if (const pb::EnumValueDescriptor* value = type.FindValueByName(json_value_text(json))) {
            append_varint(out, static_cast<std::uint64_t>(value->number()));
            return true;
        }
    } else if (const ScaledNumber number = parse_scaled_number(json, 0); number.fit == NumberFit::exact) {
        const WideInteger value =
            number.negative ? -static_cast<WideInteger>(number.magnitude) : static_cast<WideInteger>(number.magnitude);
        if (value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max()) {
            append_varint(out, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
            return true;
        }
    }
    return refuse(json, fmt::format("one of {}", names_of(type)));
}

std::optional<std::string> ProtobufTypes::make_message(std::string& payload) const {
    ProtobufWriter writer;
    std::string message;
    if (!writer.write(*sent_, payload, message)) return writer.problem();
    payload = std::move(message);
    return std::nullopt;
}

}  // namespace laminar
