#include "catalog/expressions/type_fit.h"

#include <algorithm>

namespace laminar {

using Type = ComputedType;

bool fits_parameter(ComputedType type, ParameterKind kind) noexcept {
    if (type == Type::null) return true;
    switch (kind) {
        case ParameterKind::any:
        case ParameterKind::constant:
            return true;
        case ParameterKind::text:
            return type != Type::blob;
        case ParameterKind::bytes:
            return type == Type::blob || type == Type::varchar || type == Type::json;
        case ParameterKind::blob:
            return type == Type::blob;
        case ParameterKind::digits:
            return type == Type::bigint || fits_parameter(type, ParameterKind::bytes);
        case ParameterKind::whole:
            return type == Type::bigint || type == Type::json;
        case ParameterKind::timestamp:
            return type == Type::timestamp;
    }
    return false;
}

std::string_view describe(ParameterKind kind) noexcept {
    switch (kind) {
        case ParameterKind::any:
            return "a value";
        case ParameterKind::text:
        case ParameterKind::constant:
            return "a text";
        case ParameterKind::bytes:
            return "a text or a BLOB";
        case ParameterKind::blob:
            return "a BLOB";
        case ParameterKind::digits:
            return "a text, a BLOB or a whole number";
        case ParameterKind::whole:
            return "a whole number";
        case ParameterKind::timestamp:
            return "a TIMESTAMP";
    }
    return "a value";
}

std::string fit_hint(ComputedType type, ParameterKind kind) {
    if (kind == ParameterKind::blob) return "ENCODE(text) makes a BLOB of a text";
    if (kind == ParameterKind::text) return "BASE64(blob), HEX(blob) and DECODE(blob) make a text of it";
    if (kind == ParameterKind::digits)
        return "CAST(... AS BIGINT) makes a whole number of it, CAST(... AS VARCHAR) a text";
    if (kind == ParameterKind::bytes) return "CAST(... AS VARCHAR) makes a text of it";
    if (kind == ParameterKind::timestamp) return type == Type::blob ? "" : "NOW() is one";
    if (kind == ParameterKind::whole) return "CAST(... AS BIGINT) makes it one";
    return {};
}

bool is_number(ComputedType type) noexcept { return type == Type::bigint || type == Type::real; }

bool are_comparable(ComputedType one, ComputedType other) noexcept {
    const auto may_be_anything = [](Type type) { return type == Type::null || type == Type::json; };
    if (one == Type::blob || other == Type::blob) return one == other || one == Type::null || other == Type::null;
    return one == other || may_be_anything(one) || may_be_anything(other) || (is_number(one) && is_number(other));
}

ComputedType number_type(ComputedOperation operation, ComputedType left, ComputedType right) noexcept {
    if (operation == ComputedOperation::divide) return Type::real;
    if (left == Type::json || right == Type::json) return Type::json;
    return left == Type::real || right == Type::real ? Type::real : Type::bigint;
}

std::optional<ComputedType> common_type(const std::vector<ComputedType>& types) {
    Type common = Type::null;
    for (const Type type : types) {
        if (type == Type::null || type == common) continue;
        if (common == Type::null)
            common = type;
        else if (type == Type::blob || common == Type::blob)
            return std::nullopt;
        else
            common = is_number(type) && is_number(common) ? Type::real : Type::json;
    }
    return common;
}

std::optional<CastTarget> find_cast_target(const ast::TypeName& type) {
    struct Named {
        std::string_view written;
        CastTarget target;
    };
    static const std::vector<Named> names{{"VARCHAR", {"VARCHAR", Type::varchar}},
                                          {"TEXT", {"VARCHAR", Type::varchar}},
                                          {"STRING", {"VARCHAR", Type::varchar}},
                                          {"BIGINT", {"BIGINT", Type::bigint}},
                                          {"INT8", {"BIGINT", Type::bigint}},
                                          {"LONG", {"BIGINT", Type::bigint}},
                                          {"INTEGER", {"INTEGER", Type::bigint}},
                                          {"INT", {"INTEGER", Type::bigint}},
                                          {"INT4", {"INTEGER", Type::bigint}},
                                          {"DOUBLE", {"DOUBLE", Type::real}},
                                          {"DOUBLE PRECISION", {"DOUBLE", Type::real}},
                                          {"FLOAT8", {"DOUBLE", Type::real}},
                                          {"BOOLEAN", {"BOOLEAN", Type::boolean}},
                                          {"BOOL", {"BOOLEAN", Type::boolean}},
                                          {"TIMESTAMP", {"TIMESTAMP", Type::timestamp}},
                                          {"JSON", {"JSON", Type::json}},
                                          {"BLOB", {"BLOB", Type::blob}},
                                          {"BYTEA", {"BLOB", Type::blob}}};
    const bool is_plain =
        type.modifiers.empty() && type.values.empty() && type.fields.empty() && type.dimensions.empty();
    const auto found =
        std::find_if(names.begin(), names.end(), [&](const Named& each) { return each.written == type.name; });
    return is_plain && found != names.end() ? std::optional(found->target) : std::nullopt;
}

bool can_cast(ComputedType from, ComputedType to) noexcept {
    if (from == to || from == Type::null) return true;
    // A BLOB of a text is written with \xNN, as in queries.
    if (from == Type::blob) return false;
    if (to == Type::blob) return from == Type::varchar;
    if (to == Type::timestamp) return from == Type::varchar || from == Type::json;
    if (from == Type::timestamp) return to == Type::varchar || to == Type::json;
    return true;
}

}  // namespace laminar
