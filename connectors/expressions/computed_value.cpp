#include "connectors/expressions/computed_value.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "catalog/options/message_condition.h"
#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/base64.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/codec/values/time_text.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

using Type = ComputedType;

std::string time_text(std::int64_t micros, char separator) {
    std::string text;
    if (append_timestamp(text, micros, TypeId::timestamp, separator) && separator == 'T') text += 'Z';
    return text;
}

std::string real_text(const ComputedValue& value) {
    if (!value.text.empty()) return value.text;
    if (!std::isfinite(value.real)) return std::isnan(value.real) ? "nan" : value.real > 0 ? "inf" : "-inf";
    std::string text;
    append_float(text, value.real);
    return text;
}

/// A decimal number, whole if it is written so.
std::optional<ComputedValue> parse_number(std::string_view text) {
    std::int64_t whole = 0;
    const char* const last = text.data() + text.size();
    if (const auto [end, failure] = std::from_chars(text.data(), last, whole); failure == std::errc() && end == last)
        return ComputedValue::of_bigint(whole);
    double real = 0;
    const auto [end, failure] = std::from_chars(text.data(), last, real);
    if (failure != std::errc() || end != last || !std::isfinite(real)) return std::nullopt;
    ComputedValue value = ComputedValue::of_real(real);
    value.text = text;
    return value;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(white_space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(white_space) + 1 - begin);
}

/// Half away from zero.
std::optional<std::int64_t> rounded(const ComputedValue& number) {
    if (number.type == Type::bigint) return number.number;
    const double whole = std::round(number.real);
    if (!(whole >= -9.2233720368547758e18 && whole < 9.2233720368547758e18)) return std::nullopt;
    return static_cast<std::int64_t>(whole);
}

std::optional<ComputedValue> cast_to_bigint(const ComputedValue& value, std::string_view name) {
    std::optional<std::int64_t> number;
    if (value.type == Type::boolean)
        number = value.number;
    else if (value.type == Type::varchar) {
        if (const auto parsed = parse_number(trimmed(value.text))) number = rounded(*parsed);
    } else if (const auto found = number_in(value)) {
        number = rounded(*found);
    } else if (const auto truth = truth_in(value)) {
        number = *truth ? 1 : 0;
    }
    const bool fits = number && (name != "INTEGER" || (*number >= std::numeric_limits<std::int32_t>::min() &&
                                                       *number <= std::numeric_limits<std::int32_t>::max()));
    return fits ? std::optional(ComputedValue::of_bigint(*number)) : std::nullopt;
}

std::optional<ComputedValue> cast_to_real(const ComputedValue& value) {
    const ComputedValue plain = value.type == Type::json ? ComputedValue::of_text(text_of(value)) : value;
    if (plain.type == Type::boolean) return ComputedValue::of_real(static_cast<double>(plain.number));
    const auto number = plain.type == Type::varchar ? parse_number(trimmed(plain.text)) : number_in(plain);
    if (!number) return std::nullopt;
    return number->type == Type::bigint ? ComputedValue::of_real(static_cast<double>(number->number)) : *number;
}

std::optional<ComputedValue> cast_to_boolean(const ComputedValue& value) {
    if (const auto truth = truth_in(value)) return ComputedValue::of_boolean(*truth);
    if (const auto number = number_in(value))
        return ComputedValue::of_boolean(number->type == Type::bigint ? number->number != 0 : number->real != 0);
    const std::string text = fold_case(trimmed(text_of(value)));
    for (const std::string_view yes : {"true", "t", "yes", "y", "1"}) {
        if (text == yes) return ComputedValue::of_boolean(true);
    }
    for (const std::string_view no : {"false", "f", "no", "n", "0"}) {
        if (text == no) return ComputedValue::of_boolean(false);
    }
    return std::nullopt;
}

std::optional<ComputedValue> cast_to_json(const ComputedValue& value) {
    std::string json;
    if (value.type == Type::varchar) {
        if (!is_json_value(value.text)) return std::nullopt;
        json = trimmed(value.text);
    } else {
        append_json(json, value);
    }
    ComputedValue result = ComputedValue::of_json(json);
    return result;
}

}  // namespace

ComputedValue ComputedValue::of_boolean(bool value) { return {ComputedType::boolean, value ? 1 : 0, 0, {}, false}; }
ComputedValue ComputedValue::of_bigint(std::int64_t value) { return {ComputedType::bigint, value, 0, {}, false}; }
ComputedValue ComputedValue::of_real(double value) { return {ComputedType::real, 0, value, {}, false}; }
ComputedValue ComputedValue::of_text(std::string text) { return {ComputedType::varchar, 0, 0, std::move(text), false}; }
ComputedValue ComputedValue::of_blob(std::string bytes) { return {ComputedType::blob, 0, 0, std::move(bytes), false}; }
ComputedValue ComputedValue::of_timestamp(std::int64_t micros) {
    return {ComputedType::timestamp, micros, 0, {}, false};
}
ComputedValue ComputedValue::of_json(std::string_view json) {
    if (json == "null") return {};
    return {ComputedType::json, 0, 0, std::string(json), false};
}

std::string text_of(const ComputedValue& value) {
    switch (value.type) {
        case Type::null:
            return {};
        case Type::boolean:
            return value.number != 0 ? "true" : "false";
        case Type::bigint:
            return std::to_string(value.number);
        case Type::real:
            return real_text(value);
        case Type::varchar:
        case Type::blob:
            return value.text;
        case Type::timestamp:
            return time_text(value.number, ' ');
        case Type::json:
            return json_value_text(value.text);
    }
    return {};
}

void append_json(std::string& out, const ComputedValue& value) {
    switch (value.type) {
        case Type::null:
            out += "null";
            return;
        case Type::real:
            out += std::isfinite(value.real) ? real_text(value) : "null";
            return;
        case Type::boolean:
        case Type::bigint:
            out += text_of(value);
            return;
        case Type::varchar:
            return append_json_quoted(out, value.text);
        case Type::blob: {
            out += '"';
            append_base64(out, value.text);
            out += '"';
            return;
        }
        case Type::timestamp:
            return append_json_quoted(out, time_text(value.number, 'T'));
        case Type::json:
            out += value.text;
            return;
    }
}

std::optional<ComputedValue> number_in(const ComputedValue& value) {
    if (value.type == Type::bigint || value.type == Type::real) return value;
    if (value.type != Type::json || value.text.starts_with('"')) return std::nullopt;
    return parse_number(value.text);
}

std::optional<bool> truth_in(const ComputedValue& value) {
    if (value.type == Type::boolean) return value.number != 0;
    if (value.type == Type::json && (value.text == "true" || value.text == "false")) return value.text == "true";
    return std::nullopt;
}

std::optional<ComputedValue> cast_value(const ComputedValue& value, ComputedType type, std::string_view name) {
    std::optional<ComputedValue> result;
    switch (type) {
        case Type::null:
            break;
        case Type::boolean:
            result = cast_to_boolean(value);
            break;
        case Type::bigint:
            result = value.type == Type::json && value.text.starts_with('"')
                         ? cast_to_bigint(ComputedValue::of_text(text_of(value)), name)
                         : cast_to_bigint(value, name);
            break;
        case Type::real:
            result = cast_to_real(value);
            break;
        case Type::varchar:
            result = ComputedValue::of_text(text_of(value));
            break;
        case Type::blob:
            if (value.type == Type::blob)
                result = value;
            else if (std::optional<std::string> bytes = bytes_with_escapes(value.text))
                result = ComputedValue::of_blob(std::move(*bytes));
            break;
        case Type::timestamp:
            if (value.type == Type::timestamp)
                result = value;
            else if (const auto moment = parse_timestamp(text_of(value)))
                result = ComputedValue::of_timestamp(moment->micros);
            break;
        case Type::json:
            result = cast_to_json(value);
            break;
    }
    if (result) result->is_secret = value.is_secret;
    return result;
}

}  // namespace laminar
