#include "connectors/codec/binary/protobuf_reader.h"

#include <fmt/format.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>
#include <vector>

#include "connectors/codec/binary/protobuf_types.h"
#include "connectors/codec/binary/protobuf_well_known.h"
#include "connectors/codec/values/calendar.h"
#include "connectors/codec/values/time_text.h"

namespace laminar {
namespace {

namespace pb = google::protobuf;
using Wire = pb::internal::WireFormatLite;

constexpr int most_depth = 100;
/// Of a field, in messages to people.
constexpr std::size_t longest_path = 200;
constexpr std::size_t most_json = 64U << 20;
/// Of one message, each of which takes some 50 bytes while it is read. Packed ones are one.
constexpr std::size_t most_values = 1'000'000;
constexpr std::size_t least_looked_through = 1024;
constexpr std::size_t json_of_a_byte = 6;
constexpr std::int64_t first_second = -62'135'596'800;  ///< 0001-01-01T00:00:00Z.
constexpr std::int64_t last_second = 253'402'300'799;   ///< 9999-12-31T23:59:59Z.
constexpr std::int64_t longest_duration = 315'576'000'000;
constexpr std::int64_t nanos_per_second = 1'000'000'000;

bool read_varint(std::string_view bytes, std::size_t& at, std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 70 && at < bytes.size(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes[at++]);
        if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if (byte < 0x80U) return true;
    }
    return false;
}

/// Little-endian.
bool read_fixed(std::string_view bytes, std::size_t& at, std::size_t size, std::uint64_t& value) {
    if (bytes.size() - at < size) return false;
    value = 0;
    for (std::size_t index = 0; index < size; ++index)
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + index])) << (8 * index);
    at += size;
    return true;
}

/// end: where a group's own fields end, before the tag that ends it.
bool skip_value(std::uint64_t tag, std::string_view bytes, std::size_t& at, int depth, std::size_t* end = nullptr) {
    std::uint64_t value = 0;
    switch (tag & 7U) {
        case Wire::WIRETYPE_VARINT:
            return read_varint(bytes, at, value);
        case Wire::WIRETYPE_FIXED64:
            return read_fixed(bytes, at, 8, value);
        case Wire::WIRETYPE_FIXED32:
            return read_fixed(bytes, at, 4, value);
        case Wire::WIRETYPE_LENGTH_DELIMITED:
            if (!read_varint(bytes, at, value) || value > bytes.size() - at) return false;
            at += value;
            return true;
        case Wire::WIRETYPE_START_GROUP:
            if (depth > most_depth) return false;
            for (;;) {
                if (end != nullptr) *end = at;
                std::uint64_t next = 0;
                if (!read_varint(bytes, at, next)) return false;
                if ((next & 7U) == Wire::WIRETYPE_END_GROUP) return next >> 3U == tag >> 3U;
                if (!skip_value(next, bytes, at, depth + 1)) return false;
            }
        default:
            return false;
    }
}

int wire_type_of(const pb::FieldDescriptor& field) {
    return Wire::WireTypeForFieldType(static_cast<Wire::FieldType>(field.type()));
}

/// In nine digits, or as many of them as say something.
void append_fraction(std::string& text, std::int64_t nanos) {
    if (nanos == 0) return;
    std::string digits = fmt::format(".{:09}", nanos);
    while (digits.ends_with('0')) digits.pop_back();
    text += digits;
}

}  // namespace

ProtobufReader::ProtobufReader(std::string_view payload, std::string& json)
    : payload_(payload),
      json_(json),
      writer_(json),
      most_(most_json + json_of_a_byte * payload.size()),
      begin_(json.size()) {}

std::optional<MessageError> ProtobufReader::read(const Type& type) {
    if (read_message(type, payload_)) return std::nullopt;
    if (!error_) (void)fail(writer_.error(), nullptr);
    return std::move(error_);
}

/// at: the byte that it is about; null: of what is written, all bytes of which are there.
bool ProtobufReader::fail(std::string_view reason, const char* at) {
    if (error_) return false;
    std::string path;
    for (const Step& step : path_) {
        if (step.field != nullptr) path += (path.empty() ? "" : ".") + step.field->name();
        if (step.index) path += fmt::format("[{}]", *step.index);
    }
    if (path.size() > longest_path)
        path = path.substr(0, longest_path / 2) + "..." + path.substr(path.size() - longest_path / 2);
    std::string text = path.empty() ? std::string() : fmt::format("field \"{}\": ", path);
    text += reason;
    const bool is_inside = at != nullptr && at >= payload_.data() && at <= payload_.data() + payload_.size();
    if (is_inside) text += fmt::format(" (byte {})", at - payload_.data());
    error_.emplace();
    error_->type = depth_ > most_depth ? "too_deep" : "invalid_protobuf";
    error_->message = std::move(text);
    return false;
}

bool ProtobufReader::check_size() {
    if (json_.size() - begin_ <= most_) return true;
    (void)fail(fmt::format("the JSON of the message is longer than {} bytes", most_), nullptr);
    error_->type = "too_large";
    return false;
}

bool ProtobufReader::read_message(const Type& type, std::string_view bytes) {
    ++depth_;
    if (depth_ > most_depth) return fail(fmt::format("nested deeper than {} levels", most_depth), bytes.data());
    Occurrences fields;
    bool is_written = false;
    if (!find_fields(type, bytes, fields) || !write_well_known(type, fields, is_written)) return false;
    if (!is_written && !write_object(type, fields)) return false;
    --depth_;
    return check_size();
}

/// Of a field with one value the last one counts: without those before it a message takes no more memory than its type
/// has fields.
void ProtobufReader::leave_latest(const Type& type, Occurrences& found) {
    std::vector<bool> is_known(static_cast<std::size_t>(type.field_count()));
    const auto is_overtaken = [&](const Occurrence& each) {
        const Field& field = *each.field;
        if (field.is_repeated() || field.cpp_type() == Field::CPPTYPE_MESSAGE || field.is_extension()) return false;
        const auto index = static_cast<std::size_t>(field.index());
        const bool is_later_known = is_known[index];
        is_known[index] = true;
        return is_later_known;
    };
    const auto kept = std::remove_if(found.rbegin(), found.rend(), is_overtaken);
    found.erase(found.begin(), kept.base());
}

bool ProtobufReader::find_fields(const Type& type, std::string_view bytes, Occurrences& found) {
    std::size_t next_look = least_looked_through;
    for (std::size_t at = 0; at < bytes.size();) {
        if (!read_field(type, bytes, at, found)) return false;
        if (found.size() < next_look) continue;
        leave_latest(type, found);
        if (found.size() > most_values) {
            (void)fail(fmt::format("there are more than {} values in it", most_values), found.back().at);
            error_->type = "too_large";
            return false;
        }
        next_look = std::max(least_looked_through, found.size() * 2);
    }
    // Of the members of a oneof the last one counts.
    for (int index = 0; index < type.real_oneof_decl_count(); ++index) {
        const pb::OneofDescriptor* const oneof = type.oneof_decl(index);
        const Field* last = nullptr;
        for (const Occurrence& each : found) {
            if (each.field->containing_oneof() == oneof) last = each.field;
        }
        std::erase_if(found, [&](const Occurrence& each) {
            return each.field->containing_oneof() == oneof && each.field != last;
        });
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Occurrence& a, const Occurrence& b) { return a.field->index() < b.field->index(); });
    return true;
}

bool ProtobufReader::read_field(const Type& type, std::string_view bytes, std::size_t& at, Occurrences& found) {
    Occurrence value;
    value.at = bytes.data() + at;
    std::uint64_t tag = 0;
    if (!read_varint(bytes, at, tag)) return fail("the number of a field is cut off", value.at);
    const std::uint64_t number = tag >> 3U;
    const int wire_type = static_cast<int>(tag & 7U);
    if (number == 0 || number > static_cast<std::uint64_t>(Field::kMaxNumber))
        return fail(fmt::format("{} is no number of a field", number), value.at);
    value.field = type.FindFieldByNumber(static_cast<int>(number));
    if (value.field == nullptr) {
        if (skip_value(tag, bytes, at, 0)) return true;
        return fail(fmt::format("field number {}, which the type does not have, is cut off, or is no field", number),
                    value.at);
    }
    path_.push_back({value.field, std::nullopt});
    if (!take_value(wire_type, bytes, at, value)) return fail("the value is cut off", value.at);
    path_.pop_back();
    found.push_back(value);
    return true;
}

bool ProtobufReader::take_value(int wire_type, std::string_view bytes, std::size_t& at, Occurrence& value) {
    const Field& field = *value.field;
    const int declared = wire_type_of(field);
    value.is_packed = wire_type == Wire::WIRETYPE_LENGTH_DELIMITED && declared != wire_type && field.is_packable();
    if (declared != wire_type && !value.is_packed)
        return fail(fmt::format("it came with the wire type {}, and {} has {}: is the file the one of the sender?",
                                wire_type, field.type_name(), declared),
                    value.at);
    switch (wire_type) {
        case Wire::WIRETYPE_VARINT:
            return read_varint(bytes, at, value.number);
        case Wire::WIRETYPE_FIXED64:
            return read_fixed(bytes, at, 8, value.number);
        case Wire::WIRETYPE_FIXED32:
            return read_fixed(bytes, at, 4, value.number);
        case Wire::WIRETYPE_LENGTH_DELIMITED: {
            std::uint64_t length = 0;
            if (!read_varint(bytes, at, length)) return false;
            if (length > bytes.size() - at)
                return fail(fmt::format("it is to have {} bytes, and {} are left", length, bytes.size() - at),
                            value.at);
            value.bytes = bytes.substr(at, length);
            at += length;
            return true;
        }
        default: {
            const std::size_t begin = at;
            const auto tag = static_cast<std::uint64_t>(field.number()) << 3U | Wire::WIRETYPE_START_GROUP;
            std::size_t end = 0;
            if (!skip_value(tag, bytes, at, 0, &end)) return false;
            value.bytes = bytes.substr(begin, end - begin);
            return true;
        }
    }
}

bool ProtobufReader::write_object(const Type& type, std::span<const Occurrence> fields) {
    if (!writer_.begin_map(JsonValueWriter::open_end)) return false;
    auto next = fields.begin();
    for (int index = 0; index < type.field_count(); ++index) {
        const Field& field = *type.field(index);
        const auto begin = next;
        while (next != fields.end() && next->field == &field) ++next;
        const std::span<const Occurrence> values(begin, next);
        // What may be absent and is, is left out; anything else has its default value.
        if (values.empty() && !field.is_repeated() && field.has_presence() && !field.has_default_value()) continue;
        if (!writer_.text(field.name()) || !write_field(field, values)) return false;
    }
    return writer_.end_container();
}

bool ProtobufReader::write_well_known(const Type& type, std::span<const Occurrence> fields, bool& is_written) {
    is_written = true;
    // What they wrap stands in their place.
    if (is_scalar_wrapper(type) || is_json_container(type)) return write_field(*type.field(0), fields);
    switch (type.well_known_type()) {
        case Type::WELLKNOWNTYPE_TIMESTAMP:
        case Type::WELLKNOWNTYPE_DURATION:
            return write_time(type, fields);
        case Type::WELLKNOWNTYPE_VALUE:
            // One of all its fields; none is none of them.
            return fields.empty() ? writer_.null() : write_field(*fields.front().field, fields);
        default:
            break;
    }
    is_written = false;
    return true;
}

bool ProtobufReader::write_time(const Type& type, std::span<const Occurrence> fields) {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    for (const Occurrence& each : fields) {
        if (each.field->number() == 1) seconds = static_cast<std::int64_t>(each.number);
        if (each.field->number() == 2) nanos = static_cast<std::int32_t>(each.number);
    }
    std::string text;
    if (type.well_known_type() == Type::WELLKNOWNTYPE_TIMESTAMP) {
        if (seconds < first_second || seconds > last_second || nanos < 0 || nanos >= nanos_per_second)
            return fail(fmt::format("{} s and {} ns since 1970 are no Timestamp", seconds, nanos), nullptr);
        append_timestamp(text, seconds * micros_per_second, TypeId::timestamp, 'T');
        append_fraction(text, nanos);
        return writer_.text(text + "Z");
    }
    const bool has_two_signs = (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0);
    if (seconds < -longest_duration || seconds > longest_duration || has_two_signs || nanos <= -nanos_per_second ||
        nanos >= nanos_per_second)
        return fail(fmt::format("{} s and {} ns are no Duration", seconds, nanos), nullptr);
    text = fmt::format("{}{}", seconds < 0 || nanos < 0 ? "-" : "", seconds < 0 ? -seconds : seconds);
    append_fraction(text, nanos < 0 ? -nanos : nanos);
    return writer_.text(text + "s");
}

bool ProtobufReader::write_field(const Field& field, std::span<const Occurrence> values) {
    path_.push_back({&field, std::nullopt});
    const bool good = field.is_map()        ? write_map(field, values)
                      : field.is_repeated() ? write_list(field, values)
                                            : write_single(field, values);
    if (!good && !error_) (void)fail(writer_.error(), nullptr);
    path_.pop_back();
    return good;
}

bool ProtobufReader::write_list(const Field& field, std::span<const Occurrence> values) {
    if (!writer_.begin_array(JsonValueWriter::open_end)) return false;
    std::size_t index = 0;
    for (const Occurrence& value : values) {
        path_.push_back({nullptr, index});
        if (value.is_packed ? !write_packed(value, index) : !write_one(value)) {
            if (!error_) (void)fail(writer_.error(), nullptr);
            return false;
        }
        path_.pop_back();
        if (!value.is_packed) ++index;
        if (!check_size()) return false;
    }
    (void)field;
    return writer_.end_container();
}

bool ProtobufReader::write_packed(const Occurrence& value, std::size_t& index) {
    Occurrence single{value.field, value.at, 0, {}, false};
    const int wire_type = wire_type_of(*value.field);
    for (std::size_t at = 0; at < value.bytes.size(); ++index) {
        path_.back().index = index;
        const char* const place = value.bytes.data() + at;
        if (!take_value(wire_type, value.bytes, at, single)) return fail("the value is cut off", place);
        if (!write_one(single) || !check_size()) return false;
    }
    return true;
}

/// The same for two keys that are the same. key: null where it is its type's default.
std::string ProtobufReader::key_text(const Field& type, const Occurrence* key) {
    if (type.cpp_type() == Field::CPPTYPE_STRING) return key ? std::string(key->bytes) : std::string();
    const std::uint64_t number = key ? key->number : 0;
    if (type.cpp_type() == Field::CPPTYPE_BOOL) return number == 0 ? "0" : "1";
    const bool has_32_bits = type.cpp_type() == Field::CPPTYPE_INT32 || type.cpp_type() == Field::CPPTYPE_UINT32;
    return std::to_string(has_32_bits ? static_cast<std::uint32_t>(number) : number);
}

bool ProtobufReader::write_map(const Field& field, std::span<const Occurrence> entries) {
    const Type& type = *field.message_type();
    Occurrences parts;
    // The key is the first of the two fields of an entry.
    const auto read = [&](const Occurrence& entry, std::size_t& keys) {
        parts.clear();
        if (!find_fields(type, entry.bytes, parts)) return false;
        const auto value = std::find_if(parts.begin(), parts.end(),
                                        [&](const Occurrence& each) { return each.field == type.map_value(); });
        keys = static_cast<std::size_t>(value - parts.begin());
        return true;
    };
    const auto key = [&](std::size_t keys) {
        return key_text(*type.map_key(), keys == 0 ? nullptr : &parts[keys - 1]);
    };
    std::size_t keys = 0;
    std::unordered_map<std::string, const Occurrence*> last;  // Of the entries with one key the last one counts.
    for (const Occurrence& entry : entries) {
        if (!read(entry, keys)) return false;
        last[key(keys)] = &entry;
    }
    if (!writer_.begin_map(JsonValueWriter::open_end)) return false;
    for (const Occurrence& entry : entries) {
        if (!read(entry, keys)) return false;
        if (last.size() < entries.size() && last.at(key(keys)) != &entry) continue;
        const std::span<const Occurrence> found(parts);
        if (!write_field(*type.map_key(), found.first(keys)) || !write_field(*type.map_value(), found.subspan(keys)) ||
            !check_size())
            return false;
    }
    return writer_.end_container();
}

bool ProtobufReader::write_single(const Field& field, std::span<const Occurrence> values) {
    if (values.empty()) return write_default(field);
    const bool is_message = field.cpp_type() == Field::CPPTYPE_MESSAGE;
    if (!is_message || values.size() == 1) return write_one(values.back());
    // One message in parts is what the parts are one behind the other.
    std::string& whole = merged_.emplace_back();
    for (const Occurrence& part : values) whole += part.bytes;
    const bool good = read_message(*field.message_type(), whole);
    merged_.pop_back();
    return good;
}

bool ProtobufReader::write_one(const Occurrence& value) {
    const Field& field = *value.field;
    switch (field.type()) {
        case Field::TYPE_STRING:
            return writer_.text(value.bytes);
        case Field::TYPE_BYTES:
            return writer_.bytes(value.bytes);
        case Field::TYPE_MESSAGE:
        case Field::TYPE_GROUP:
            return read_message(*field.message_type(), value.bytes);
        default:
            return write_number(field, value.number);
    }
}

bool ProtobufReader::write_number(const Field& field, std::uint64_t number) {
    switch (field.type()) {
        case Field::TYPE_DOUBLE:
            return writer_.real(std::bit_cast<double>(number));
        case Field::TYPE_FLOAT:
            return writer_.real(std::bit_cast<float>(static_cast<std::uint32_t>(number)));
        case Field::TYPE_BOOL:
            return writer_.boolean(number != 0);
        case Field::TYPE_SINT32:
            return writer_.integer(Wire::ZigZagDecode32(static_cast<std::uint32_t>(number)));
        case Field::TYPE_SINT64:
            return writer_.integer(Wire::ZigZagDecode64(number));
        case Field::TYPE_INT32:
        case Field::TYPE_SFIXED32:
            return writer_.integer(static_cast<std::int32_t>(number));
        case Field::TYPE_UINT32:
        case Field::TYPE_FIXED32:
            return writer_.natural(static_cast<std::uint32_t>(number));
        case Field::TYPE_UINT64:
        case Field::TYPE_FIXED64:
            return writer_.natural(number);
        case Field::TYPE_ENUM: {
            if (field.enum_type()->full_name() == "google.protobuf.NullValue") return writer_.null();
            const auto value = static_cast<std::int32_t>(number);
            // One that is newer than the file has no name there, and is a text all the same.
            const pb::EnumValueDescriptor* named = field.enum_type()->FindValueByNumber(value);
            return writer_.text(named == nullptr ? std::to_string(value) : named->name());
        }
        default:
            return writer_.integer(static_cast<std::int64_t>(number));
    }
}

bool ProtobufReader::write_default(const Field& field) {
    switch (field.cpp_type()) {
        case Field::CPPTYPE_STRING:
            return field.type() == Field::TYPE_BYTES ? writer_.bytes(field.default_value_string())
                                                     : writer_.text(field.default_value_string());
        case Field::CPPTYPE_ENUM:
            return write_number(field, static_cast<std::uint64_t>(field.default_value_enum()->number()));
        case Field::CPPTYPE_DOUBLE:
            return writer_.real(field.default_value_double());
        case Field::CPPTYPE_FLOAT:
            return writer_.real(field.default_value_float());
        case Field::CPPTYPE_BOOL:
            return writer_.boolean(field.default_value_bool());
        case Field::CPPTYPE_INT32:
            return writer_.integer(field.default_value_int32());
        case Field::CPPTYPE_INT64:
            return writer_.integer(field.default_value_int64());
        case Field::CPPTYPE_UINT32:
            return writer_.natural(field.default_value_uint32());
        case Field::CPPTYPE_UINT64:
            return writer_.natural(field.default_value_uint64());
        case Field::CPPTYPE_MESSAGE:
            return read_message(*field.message_type(), {});
    }
    return writer_.null();
}

std::optional<MessageError> ProtobufTypes::append_as_json(std::string_view payload, std::string& json) const {
    return ProtobufReader(payload, json).read(*received_);
}

}  // namespace laminar
