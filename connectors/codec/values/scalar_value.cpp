#include "connectors/codec/values/scalar_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "connectors/codec/values/base64.h"
#include "connectors/codec/values/interval_text.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/codec/values/time_format.h"
#include "connectors/codec/values/time_text.h"
#include "connectors/codec/values/uuid_text.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

constexpr WideUnsigned largest_signed_magnitude = WideUnsigned{1} << 127;

template <class T>
ValueFit append_value(ColumnVector& column, T value) {
    column.append<T>(value);
    return ValueFit::fits;
}

template <class T>
ValueFit append_optional(ColumnVector& column, const std::optional<T>& value, ValueFit otherwise = ValueFit::mismatch) {
    if (!value) return otherwise;
    column.append<T>(*value);
    return ValueFit::fits;
}

/// The number as an integer, or why not.
ValueFit read_wide(std::string_view number, bool coerce, ScaledNumber& value) {
    value = parse_scaled_number(number, 0);
    switch (value.fit) {
        case NumberFit::exact:
            return ValueFit::fits;
        case NumberFit::rounded:
            return coerce ? ValueFit::fits : ValueFit::mismatch;
        case NumberFit::out_of_range:
            return ValueFit::out_of_range;
        case NumberFit::not_a_number:
            return ValueFit::mismatch;
    }
    return ValueFit::mismatch;
}

template <class T>
ValueFit append_integer_number(ColumnVector& column, std::string_view number, bool coerce) {
    T value = 0;
    const char* end = number.data() + number.size();
    if (const auto [stop, error] = std::from_chars(number.data(), end, value); stop == end && error == std::errc{})
        return append_value<T>(column, value);
    ScaledNumber scaled;
    if (const ValueFit fit = read_wide(number, coerce, scaled); fit != ValueFit::fits) return fit;
    const auto highest = static_cast<WideUnsigned>(std::numeric_limits<T>::max());
    if (scaled.negative && scaled.magnitude != 0) {
        if (!std::numeric_limits<T>::is_signed || scaled.magnitude > highest + 1) return ValueFit::out_of_range;
        return append_value<T>(column, static_cast<T>(-static_cast<WideInteger>(scaled.magnitude)));
    }
    if (scaled.magnitude > highest) return ValueFit::out_of_range;
    return append_value<T>(column, static_cast<T>(scaled.magnitude));
}

ValueFit append_wide_number(ColumnVector& column, std::string_view number, bool coerce) {
    ScaledNumber scaled;
    if (const ValueFit fit = read_wide(number, coerce, scaled); fit != ValueFit::fits) return fit;
    if (column.physical() == PhysicalType::uint128) {
        if (scaled.negative && scaled.magnitude != 0) return ValueFit::out_of_range;
        return append_value(column, to_int128(scaled.magnitude));
    }
    if (scaled.magnitude > largest_signed_magnitude - (scaled.negative ? 0 : 1)) return ValueFit::out_of_range;
    return append_value(column, to_int128(scaled.negative ? WideUnsigned{0} - scaled.magnitude : scaled.magnitude));
}

ValueFit append_decimal_number(ColumnVector& column, std::string_view number) {
    const ScaledNumber scaled = parse_scaled_number(number, column.type().scale);
    if (scaled.fit == NumberFit::not_a_number) return ValueFit::mismatch;
    if (scaled.fit == NumberFit::out_of_range || scaled.magnitude >= power_of_ten(column.type().width))
        return ValueFit::out_of_range;
    const auto magnitude = static_cast<WideInteger>(scaled.magnitude);
    const WideInteger value = scaled.negative ? -magnitude : magnitude;
    switch (column.physical()) {
        case PhysicalType::int16:
            return append_value(column, static_cast<std::int16_t>(value));
        case PhysicalType::int32:
            return append_value(column, static_cast<std::int32_t>(value));
        case PhysicalType::int64:
            return append_value(column, static_cast<std::int64_t>(value));
        default:
            return append_value(column, to_int128(value));
    }
}

double read_any_range(const char* text, double) { return std::strtod(text, nullptr); }
float read_any_range(const char* text, float) { return std::strtof(text, nullptr); }

/// Numbers such as -42.5, of at most 15 digits: the digits as an integer and the power of ten are doubles without error
/// then, and so their quotient is the nearest double. Nothing: it is of another form.
std::optional<double> parse_short_decimal(std::string_view number) noexcept {
    static constexpr std::array<double, 16> powers = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                      1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const bool negative = number.starts_with('-');
    if (negative) number.remove_prefix(1);
    if (number.empty() || number.size() > 16 || number.front() == '.' || number.back() == '.') return std::nullopt;
    std::uint64_t digits = 0;
    std::size_t point = number.size();
    for (std::size_t at = 0; at < number.size(); ++at) {
        const auto digit = static_cast<unsigned>(number[at] - '0');
        if (digit <= 9) {
            digits = digits * 10 + digit;
        } else if (number[at] == '.' && point == number.size()) {
            point = at;
        } else {
            return std::nullopt;
        }
    }
    const std::size_t fraction = point == number.size() ? 0 : number.size() - point - 1;
    if (point == 16) return std::nullopt;  // 16 digits without a point.
    const double value = static_cast<double>(digits) / powers[fraction];
    return negative ? -value : value;
}

template <class Float>
ValueFit append_float_number(ColumnVector& column, std::string_view number) {
    if constexpr (std::is_same_v<Float, double>) {
        if (const std::optional<double> value = parse_short_decimal(number)) return append_value(column, *value);
    }
    Float value = 0;
    if (number.starts_with('+')) number.remove_prefix(1);
    const char* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, value);
    if (stop != end || error == std::errc::invalid_argument) return ValueFit::mismatch;
    if (error == std::errc::result_out_of_range) {
        // from_chars does not tell too large from too small; what is too small is as good as the nearest value.
        value = read_any_range(std::string(number).c_str(), Float{});
        if (!std::isfinite(value)) return ValueFit::out_of_range;
    }
    return append_value<Float>(column, value);
}

ValueFit append_moment(ColumnVector& column, const std::optional<Moment>& moment) {
    if (!moment) return ValueFit::mismatch;
    return append_optional(column, moment_in_unit(*moment, column.type().id), ValueFit::out_of_range);
}

/// A column that has a format for its texts, and no unit, takes numbers only as such texts.
ValueFit append_epoch(ColumnVector& column, std::string_view number, bool coerce) {
    const TimeReading& time = column.time();
    if (time.unit != TimeUnit::by_size || time.format.empty())
        return append_moment(column, parse_epoch(number, time.unit));
    return coerce ? append_moment(column, parse_timestamp(number, time.format)) : ValueFit::mismatch;
}

/// Numeric types, from a number in JSON or, under coerce, in text.
ValueFit append_number(ColumnVector& column, std::string_view number, bool coerce) {
    switch (column.type().id) {
        case TypeId::tinyint:
            return append_integer_number<std::int8_t>(column, number, coerce);
        case TypeId::smallint:
            return append_integer_number<std::int16_t>(column, number, coerce);
        case TypeId::integer:
            return append_integer_number<std::int32_t>(column, number, coerce);
        case TypeId::bigint:
            return append_integer_number<std::int64_t>(column, number, coerce);
        case TypeId::utinyint:
            return append_integer_number<std::uint8_t>(column, number, coerce);
        case TypeId::usmallint:
            return append_integer_number<std::uint16_t>(column, number, coerce);
        case TypeId::uinteger:
            return append_integer_number<std::uint32_t>(column, number, coerce);
        case TypeId::ubigint:
            return append_integer_number<std::uint64_t>(column, number, coerce);
        case TypeId::hugeint:
        case TypeId::uhugeint:
            return append_wide_number(column, number, coerce);
        case TypeId::float32:
            return append_float_number<float>(column, number);
        case TypeId::float64:
            return append_float_number<double>(column, number);
        case TypeId::decimal:
            return append_decimal_number(column, number);
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            return append_epoch(column, number, coerce);
        default:
            return ValueFit::mismatch;
    }
}

std::optional<bool> read_boolean(std::string_view text) noexcept {
    for (const std::string_view word : {"true", "t", "yes", "y", "1"}) {
        if (equals_ignoring_case(text, word)) return true;
    }
    for (const std::string_view word : {"false", "f", "no", "n", "0"}) {
        if (equals_ignoring_case(text, word)) return false;
    }
    return std::nullopt;
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view white_space = " \t\r\n\f\v";
    const std::size_t begin = text.find_first_not_of(white_space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

std::optional<std::int32_t> read_date(std::string_view text, bool coerce) {
    if (const std::optional<std::int32_t> date = parse_date(text)) return date;
    if (!coerce) return std::nullopt;
    // As CAST does: the date of a timestamp is the one its text shows.
    const std::size_t separator = text.find_first_of("Tt ");
    if (separator == std::string_view::npos || !parse_timestamp(text)) return std::nullopt;
    return parse_date(text.substr(0, separator));
}

ValueFit append_blob(ColumnVector& column, std::string_view text) {
    std::string bytes;
    if (!decode_base64(text, bytes)) return ValueFit::mismatch;
    column.append_string(bytes);
    return ValueFit::fits;
}

/// Its values are known: the engine, which casts the text, would tell of the numbers that stand for them.
ValueFit append_enumeration(ColumnVector& column, std::string_view text) {
    const std::vector<std::string>& values = column.type().values;
    if (std::find(values.begin(), values.end(), text) == values.end()) return ValueFit::mismatch;
    column.append_string(text);
    return ValueFit::fits;
}

/// 0x1b4 and -0X1B4, the way some feeds write integers.
bool is_hexadecimal(std::string_view text) noexcept {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (!text.starts_with("0x") && !text.starts_with("0X")) return false;
    text.remove_prefix(2);
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char character) { return hexadecimal_digit(character) >= 0; });
}

ValueFit append_hexadecimal(ColumnVector& column, std::string_view text) {
    std::string number = text.starts_with('-') ? "-" : "";
    text.remove_prefix(number.size() + 2);
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    if (text.size() > 32) return ValueFit::out_of_range;
    WideUnsigned value = 0;
    for (const char digit : text) value = value << 4 | static_cast<unsigned>(hexadecimal_digit(digit));
    append_unsigned(number, value);
    return append_number(column, number, true);
}

ValueFit append_from_text(ColumnVector& column, std::string_view text) {
    text = trim(text);
    switch (column.type().id) {
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            return append_number(column, text, true);
        case TypeId::boolean: {
            const std::optional<bool> value = read_boolean(text);
            return value ? append_value<std::uint8_t>(column, *value ? 1 : 0) : ValueFit::mismatch;
        }
        case TypeId::float32:
        case TypeId::float64: {
            for (const std::string_view word : {"nan", "inf", "infinity", "-inf", "-infinity"}) {
                if (!equals_ignoring_case(text, word)) continue;
                const double value = word == "nan" ? std::numeric_limits<double>::quiet_NaN()
                                                   : std::copysign(std::numeric_limits<double>::infinity(),
                                                                   word.front() == '-' ? -1.0 : 1.0);
                return column.type().id == TypeId::float64 ? append_value(column, value)
                                                           : append_value(column, static_cast<float>(value));
            }
            return append_number(column, text, true);
        }
        default:
            return is_hexadecimal(text) ? append_hexadecimal(column, text) : append_number(column, text, true);
    }
}

/// As the column says that its texts are written.
ValueFit append_timestamp_text(ColumnVector& column, std::string_view text, bool coerce) {
    const TimeReading& time = column.time();
    const ValueFit fit =
        append_moment(column, time.format.empty() ? parse_timestamp(text) : parse_timestamp(text, time.format));
    const bool may_be_number = time.format.empty() || time.unit != TimeUnit::by_size;
    return fit == ValueFit::mismatch && coerce && may_be_number ? append_from_text(column, text) : fit;
}

}  // namespace

ValueFit append_json_number(ColumnVector& column, std::string_view number, bool coerce) {
    switch (column.type().id) {
        case TypeId::boolean: {
            if (!coerce) return ValueFit::mismatch;
            // A nonzero digit before any exponent makes it true; 0e5 is still zero.
            const std::string_view mantissa = number.substr(0, number.find_first_of("eE"));
            return append_value<std::uint8_t>(column,
                                              mantissa.find_first_of("123456789") != std::string_view::npos ? 1 : 0);
        }
        case TypeId::unknown:
        case TypeId::varchar:
        case TypeId::union_:
            if (!coerce) return ValueFit::mismatch;
            column.append_string(number);
            return ValueFit::fits;
        case TypeId::enumeration:
            return coerce ? append_enumeration(column, number) : ValueFit::mismatch;
        case TypeId::blob:
        case TypeId::bit:
        case TypeId::time_tz:
        case TypeId::uuid:
        case TypeId::date:
        case TypeId::time:
        case TypeId::interval:
            return coerce ? append_json_string(column, number, true) : ValueFit::mismatch;
        default:
            return append_number(column, number, coerce);
    }
}

ValueFit append_json_string(ColumnVector& column, std::string_view text, bool coerce) {
    switch (column.type().id) {
        case TypeId::unknown:
        case TypeId::varchar:
        case TypeId::union_:
        case TypeId::bit:
        case TypeId::time_tz:
            column.append_string(text);
            return ValueFit::fits;
        case TypeId::enumeration:
            return append_enumeration(column, text);
        case TypeId::blob:
            return append_blob(column, text);
        case TypeId::uuid:
            return append_optional(column, parse_uuid(text));
        case TypeId::date:
            return append_optional(column, column.time().format.empty() ? read_date(text, coerce)
                                                                        : parse_date(text, column.time().format));
        case TypeId::time:
            return append_optional(
                column, column.time().format.empty() ? parse_time(text) : parse_time(text, column.time().format));
        case TypeId::interval:
            return append_optional(column, parse_interval(text));
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            return append_timestamp_text(column, text, coerce);
        default:
            return coerce ? append_from_text(column, text) : ValueFit::mismatch;
    }
}

ValueFit append_json_boolean(ColumnVector& column, bool value, bool coerce) {
    switch (column.type().id) {
        case TypeId::boolean:
            return append_value<std::uint8_t>(column, value ? 1 : 0);
        case TypeId::unknown:
        case TypeId::varchar:
        case TypeId::union_:
            if (!coerce) return ValueFit::mismatch;
            column.append_string(value ? "true" : "false");
            return ValueFit::fits;
        case TypeId::enumeration:
            return coerce ? append_enumeration(column, value ? "true" : "false") : ValueFit::mismatch;
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            return ValueFit::mismatch;
        default:
            return coerce ? append_number(column, value ? "1" : "0", true) : ValueFit::mismatch;
    }
}

bool takes_raw_json(TypeId type) noexcept {
    return type == TypeId::json || type == TypeId::varchar || type == TypeId::unknown;
}

}  // namespace laminar
