#include "server/postgres/values/value_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <string_view>
#include <system_error>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/values/calendar.h"
#include "connectors/codec/values/scalar_text.h"
#include "connectors/codec/values/time_text.h"
#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

namespace {

/// The digits of the shortest text that reads back the same, laid out as PostgreSQL does: with an exponent from
/// largest_plain on, and below 1e-4.
template <class Real>
void append_real(std::string& out, Real value) {
    constexpr int largest_plain = std::numeric_limits<Real>::digits10;  // 15, and 6.
    constexpr int smallest_plain = -4;
    if (std::isnan(value)) {
        out += "NaN";
        return;
    }
    if (std::signbit(value)) out += '-';
    value = std::abs(value);
    if (std::isinf(value)) {
        out += "Infinity";
        return;
    }
    char buffer[64];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    const std::string_view text(buffer, static_cast<std::size_t>(written.ptr - buffer));
    const std::size_t mark = text.find('e');
    std::string digits(1, text.front());
    if (mark > 2) digits += text.substr(2, mark - 2);
    const std::size_t sign = text[mark + 1] == '+' ? 1 : 0;  // from_chars takes no plus.
    int exponent = 0;
    std::from_chars(text.data() + mark + 1 + sign, written.ptr, exponent);
    const int count = static_cast<int>(digits.size());
    if (exponent < smallest_plain || exponent >= largest_plain) {
        out += digits.front();
        if (count > 1) out += "." + digits.substr(1);
        out += fmt::format("e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
    } else if (exponent < 0) {
        out += "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    } else if (count <= exponent + 1) {
        out += digits + std::string(static_cast<std::size_t>(exponent + 1 - count), '0');
    } else {
        out += digits.substr(0, static_cast<std::size_t>(exponent) + 1) + "." +
               digits.substr(static_cast<std::size_t>(exponent) + 1);
    }
}

/// Years before 1 AD are counted from it backwards: the caller appends what follows the date, and then era.
std::string_view append_civil_date(std::string& out, std::int64_t days) {
    const CivilDate date = civil_from_days(days);
    const bool before_christ = date.year <= 0;
    fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", before_christ ? 1 - date.year : date.year, date.month,
                   date.day);
    return before_christ ? " BC" : "";
}

void append_date_text(std::string& out, std::int32_t days) {
    if (days == infinite_date || days == -infinite_date) {
        out += days > 0 ? "infinity" : "-infinity";
        return;
    }
    out += append_civil_date(out, days);
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

void append_moment(std::string& out, std::int64_t value, TypeId type) {
    if (value == infinite_timestamp || value == -infinite_timestamp) {
        out += value > 0 ? "infinity" : "-infinity";
        return;
    }
    std::int64_t per_day = micros_per_day;
    std::int64_t micros_per_unit = 1;
    if (type == TypeId::timestamp_s) {
        per_day = 86'400;
        micros_per_unit = micros_per_second;
    } else if (type == TypeId::timestamp_ms) {
        per_day = 86'400'000;
        micros_per_unit = 1'000;
    } else if (type == TypeId::timestamp_ns) {
        value = floor_divide(value, 1'000);
    }
    const std::int64_t days = floor_divide(value, per_day);
    const std::string_view era = append_civil_date(out, days);
    out += ' ';
    append_time(out, (value - days * per_day) * micros_per_unit);
    if (type == TypeId::timestamp_tz) out += "+00";
    out += era;
}

/// A part of an interval that follows a negative one says its sign, so that it is not read as negative.
class IntervalText {
public:
    explicit IntervalText(std::string& out) : out_(out) {}

    void append_count(std::int64_t count, std::string_view unit) {
        if (count == 0) return;
        begin_part();
        fmt::format_to(std::back_inserter(out_), "{}{} {}{}", is_negative_ && count > 0 ? "+" : "", count, unit,
                       count == 1 ? "" : "s");
        is_negative_ = count < 0;
    }
    void append_clock(std::int64_t micros) {
        if (micros == 0 && !is_empty_) return;
        begin_part();
        if (micros < 0) {
            out_ += '-';
        } else if (is_negative_) {
            out_ += '+';
        }
        const auto magnitude =
            micros < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(micros) : static_cast<std::uint64_t>(micros);
        const std::uint64_t seconds = magnitude / micros_per_second;
        fmt::format_to(std::back_inserter(out_), "{:02}:{:02}:{:02}", seconds / 3'600, seconds / 60 % 60, seconds % 60);
        if (const std::uint64_t rest = magnitude % micros_per_second; rest != 0) {
            std::string fraction = fmt::format(".{:06}", rest);
            fraction.resize(fraction.find_last_not_of('0') + 1);
            out_ += fraction;
        }
    }

private:
    void begin_part() {
        if (!is_empty_) out_ += ' ';
        is_empty_ = false;
    }

    std::string& out_;
    bool is_empty_ = true;
    bool is_negative_ = false;
};

void append_interval_text(std::string& out, const IntervalValue& value) {
    IntervalText text(out);
    text.append_count(value.months / 12, "year");
    text.append_count(value.months % 12, "mon");
    text.append_count(value.days, "day");
    text.append_clock(value.micros);
}

void append_hexadecimal(std::string& out, std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\x";
    for (const char byte : bytes) {
        out += digits[static_cast<unsigned char>(byte) >> 4U];
        out += digits[static_cast<unsigned char>(byte) & 0xFU];
    }
}

bool equals_null(std::string_view text) {
    return text.size() == 4 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'u' && (text[2] | 0x20) == 'l' &&
           (text[3] | 0x20) == 'l';
}

void append_element(std::string& out, std::string_view text) {
    if (!text.empty() && !equals_null(text) && text.find_first_of("{},\"\\ \t\n\r\v\f") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char byte : text) {
        if (byte == '"' || byte == '\\') out += '\\';
        out += byte;
    }
    out += '"';
}

void append_array(std::string& out, const ColumnType& type, const ColumnVector& values, std::size_t row) {
    const ListEntry entry = values.values<ListEntry>()[row];
    const ColumnVector& elements = values.child(0);
    std::string text;
    out += '{';
    for (std::uint32_t i = 0; i < entry.length; ++i) {
        if (i > 0) out += ',';
        if (!elements.is_valid(entry.offset + i)) {
            out += "NULL";
            continue;
        }
        text.clear();
        append_value(text, type.fields.front().type, elements, entry.offset + i);
        append_element(out, text);
    }
    out += '}';
}

}  // namespace

void append_value(std::string& out, const ColumnType& type, const ColumnVector& values, std::size_t row) {
    switch (type.id) {
        case TypeId::boolean:
            out += values.values<std::uint8_t>()[row] != 0 ? 't' : 'f';
            return;
        case TypeId::float32:
            append_real(out, values.values<float>()[row]);
            return;
        case TypeId::float64:
            append_real(out, values.values<double>()[row]);
            return;
        case TypeId::date:
            append_date_text(out, values.values<std::int32_t>()[row]);
            return;
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            append_moment(out, values.values<std::int64_t>()[row], type.id);
            return;
        case TypeId::interval:
            append_interval_text(out, values.values<IntervalValue>()[row]);
            return;
        case TypeId::blob:
            append_hexadecimal(out, values.string_at(row));
            return;
        case TypeId::list:
        case TypeId::array:
            if (is_postgres_array(type)) {
                append_array(out, type, values, row);
                return;
            }
            append_json_value(out, values, row);
            return;
        case TypeId::structure:
        case TypeId::map:
            append_json_value(out, values, row);
            return;
        case TypeId::union_:
            append_json_quoted(out, values.string_at(row));
            return;
        default:
            break;
    }
    if (!append_scalar_text(out, values, row, MomentStyle::spaced)) out += values.string_at(row);
}

}  // namespace laminar::postgres
