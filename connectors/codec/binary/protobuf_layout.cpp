#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "connectors/codec/binary/protobuf_types.h"
#include "connectors/codec/binary/protobuf_well_known.h"
#include "connectors/codec/binary/protobuf_writer.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

namespace pb = google::protobuf;
using Type = pb::Descriptor;
using Field = pb::FieldDescriptor;
using Misfit = MessageLayout::Misfit;

/// What stands at a place of a message's JSON.
struct Value {
    const Field* field = nullptr;  ///< Null: the message itself, or what nobody knows more of.
    const Type* message = nullptr;
    bool is_element = false;  ///< Of a list or map: one of its values.
    bool is_any = false;      ///< JSON of whatever kind.
};

Value value_of(const Field& field, bool is_element) {
    Value value{&field, nullptr, is_element, false};
    if (field.is_map() && is_element) return value_of(*field.message_type()->map_value(), false);
    if (field.is_repeated() && !is_element) return value;
    value.message = field.message_type();
    if (value.message == nullptr) return value;
    value.is_any = value.message->well_known_type() == Type::WELLKNOWNTYPE_VALUE || is_json_container(*value.message);
    if (is_scalar_wrapper(*value.message)) return value_of(*value.message->field(0), false);
    return value;
}

Misfit no_field(const Type& type, std::string_view name) {
    std::vector<std::string> names;
    for (int index = 0; index < type.field_count(); ++index) names.push_back(type.field(index)->name());
    std::string hint = did_you_mean(name, names);
    if (hint.empty())
        hint = names.empty() ? "it has no fields" : fmt::format("its fields are {}", fmt::join(names, ", "));
    return {fmt::format("message {} has no field \"{}\"", type.full_name(), name), std::move(hint), false};
}

bool is_time(const Value& value) {
    return value.message != nullptr && (value.message->well_known_type() == Type::WELLKNOWNTYPE_TIMESTAMP ||
                                        value.message->well_known_type() == Type::WELLKNOWNTYPE_DURATION);
}

/// The kinds of JSON that matter here.
enum class Kind : std::uint8_t { any, object, list, number, boolean, text };

Kind kind_of(const Value& value) {
    if (value.is_any) return Kind::any;
    if (value.field == nullptr) return Kind::object;
    if (value.field->is_map() && !value.is_element) return Kind::object;
    if (value.field->is_repeated() && !value.is_element) return Kind::list;
    if (is_time(value)) return Kind::text;
    switch (value.field->cpp_type()) {
        case Field::CPPTYPE_MESSAGE:
            return Kind::object;
        case Field::CPPTYPE_BOOL:
            return Kind::boolean;
        case Field::CPPTYPE_STRING:
        case Field::CPPTYPE_ENUM:
            return Kind::text;
        default:
            return Kind::number;
    }
}

std::string type_name(const Value& value) {
    if (value.field == nullptr) return value.message == nullptr ? std::string("a message") : value.message->full_name();
    const Field& field = *value.field;
    const std::string single = field.message_type() != nullptr ? field.message_type()->full_name()
                               : field.enum_type() != nullptr  ? field.enum_type()->full_name()
                                                               : std::string(field.type_name());
    if (field.is_map() && !value.is_element) return "a map";
    return field.is_repeated() && !value.is_element ? "repeated " + single : single;
}

bool is_number_type(TypeId id) {
    switch (id) {
        case TypeId::tinyint:
        case TypeId::smallint:
        case TypeId::integer:
        case TypeId::bigint:
        case TypeId::hugeint:
        case TypeId::utinyint:
        case TypeId::usmallint:
        case TypeId::uinteger:
        case TypeId::ubigint:
        case TypeId::uhugeint:
        case TypeId::decimal:
        case TypeId::float32:
        case TypeId::float64:
            return true;
        default:
            return false;
    }
}

bool is_timestamp_type(TypeId id) {
    return id == TypeId::timestamp || id == TypeId::timestamp_s || id == TypeId::timestamp_ms ||
           id == TypeId::timestamp_ns || id == TypeId::timestamp_tz;
}

/// Whether a column could take values of a kind, as docs/messages.md has it; where values decide, it could.
bool may_take(const ColumnType& type, Kind kind, bool coerce) {
    if (kind == Kind::any || type.id == TypeId::json || type.id == TypeId::unknown) return true;
    switch (kind) {
        case Kind::object:
            return type.id == TypeId::structure || type.id == TypeId::map || (coerce && type.id == TypeId::varchar);
        case Kind::list:
            return type.id == TypeId::list || type.id == TypeId::array || (coerce && type.id == TypeId::varchar);
        case Kind::number:
            if (is_number_type(type.id) || is_timestamp_type(type.id)) return true;
            return coerce && !type.is_nested();
        case Kind::boolean:
            return type.id == TypeId::boolean || (coerce && !type.is_nested());
        case Kind::text:
            if (is_number_type(type.id) || type.id == TypeId::boolean) return coerce;
            return !type.is_nested();
        case Kind::any:
            break;
    }
    return true;
}

class PlaceFinder {
public:
    explicit PlaceFinder(const Type& type) { value_.message = &type; }

    [[nodiscard]] const Value& value() const noexcept { return value_; }

    /// A step of a path.
    std::optional<Misfit> go(const std::optional<std::string>& step) {
        if (value_.is_any) return std::nullopt;
        const Kind kind = kind_of(value_);
        if (kind == Kind::list) {
            const bool is_index = !step || std::all_of(step->begin(), step->end(), is_digit);
            if (!is_index) return not_in(*step);
            value_ = value_of(*value_.field, true);
            return std::nullopt;
        }
        if (!step) return Misfit{fmt::format("{} is no list", type_name(value_)), {}, false};
        if (kind != Kind::object) return not_in(*step);
        if (value_.field != nullptr && value_.field->is_map() && !value_.is_element) {
            value_ = value_of(*value_.field, true);
            return std::nullopt;
        }
        const Field* field = value_.message->FindFieldByName(*step);
        if (field == nullptr) return no_field(*value_.message, *step);
        value_ = value_of(*field, false);
        return std::nullopt;
    }

    /// The name of a column: a field, in whatever case, or nested ones with dots between.
    std::optional<Misfit> go_by_name(const std::string& name) {
        if (value_.is_any || (value_.field != nullptr && value_.field->is_map() && !value_.is_element)) return go(name);
        if (kind_of(value_) != Kind::object) return not_in(name);
        for (int index = 0; index < value_.message->field_count(); ++index) {
            const Field& field = *value_.message->field(index);
            if (!equals_ignoring_case(field.name(), name)) continue;
            value_ = value_of(field, false);
            return std::nullopt;
        }
        const Type& type = *value_.message;
        if (name.find('.') == std::string::npos) return no_field(type, name);
        for (std::size_t at = 0; at <= name.size();) {
            const std::size_t dot = std::min(name.find('.', at), name.size());
            if (go(name.substr(at, dot - at))) return no_field(type, name);
            at = dot + 1;
        }
        return std::nullopt;
    }

private:
    Misfit not_in(std::string_view name) const {
        return {fmt::format("there is no \"{}\" in {}", name, type_name(value_)), {}, false};
    }

    Value value_;
};

std::optional<Misfit> check_type(const Value& value, const ColumnType& type, bool coerce) {
    if (may_take(type, kind_of(value), coerce)) return std::nullopt;
    const bool would_coerce = may_take(type, kind_of(value), true);
    return Misfit{
        fmt::format("{} is no {}", type_name(value), to_sql(type)),
        would_coerce ? "declare the column so, or convert its values: coerce = true" : "declare the column so", true};
}

}  // namespace

std::optional<Misfit> ProtobufTypes::check(const Place& place, const ColumnType* type, bool coerce) const {
    PlaceFinder finder(*received_);
    for (std::size_t index = 0; index < place.steps.size(); ++index) {
        const bool is_name = place.is_name && index + 1 == place.steps.size();
        auto misfit = is_name ? finder.go_by_name(*place.steps[index]) : finder.go(place.steps[index]);
        if (misfit) return misfit;
    }
    return type == nullptr ? std::nullopt : check_type(finder.value(), *type, coerce);
}

std::optional<Misfit> ProtobufTypes::check_sent(const std::string& name, const ColumnType& type) const {
    const Field* field = ProtobufWriter::find_field(*sent_, name);
    if (field == nullptr) return no_field(*sent_, name);
    const Value value = value_of(*field, false);
    // A number is sent as any other that has room for it; a text as whatever can be read of it.
    const bool is_text = !type.is_nested() && !is_number_type(type.id) && type.id != TypeId::boolean;
    const Kind kind = kind_of(value);
    if (is_text && (kind == Kind::text || kind == Kind::number)) return std::nullopt;
    if (kind == Kind::text && is_number_type(type.id) && value.field->enum_type() != nullptr) return std::nullopt;
    return check_type(value, type, false);
}

}  // namespace laminar
