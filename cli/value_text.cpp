#include "cli/value_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

namespace laminar {
namespace {

// __extension__: 128-bit integers are no part of ISO C++, but of every compiler we build with.
__extension__ using WideUnsigned = unsigned __int128;
__extension__ using WideSigned = __int128;

constexpr std::int64_t microseconds_per_day = 86'400'000'000;

std::string digits_of(WideUnsigned value) {
    std::string digits;
    do {
        digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value != 0);
    std::reverse(digits.begin(), digits.end());
    return digits;
}

WideUnsigned bits_of(Int128 value) {
    return (static_cast<WideUnsigned>(static_cast<std::uint64_t>(value.upper)) << 64) | value.lower;
}

void append_decimal(std::string& text, WideUnsigned magnitude, bool negative, std::size_t scale) {
    std::string digits = digits_of(magnitude);
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    if (scale > 0) digits.insert(digits.size() - scale, 1, '.');
    if (negative) text += '-';
    text += digits;
}

WideUnsigned magnitude_of(std::int64_t value) {
    const auto wide = static_cast<WideSigned>(value);
    return static_cast<WideUnsigned>(wide < 0 ? -wide : wide);
}

void append_int128(std::string& text, Int128 value, std::size_t scale) {
    WideUnsigned bits = bits_of(value);
    const bool negative = value.upper < 0;
    if (negative) bits = ~bits + 1;
    append_decimal(text, bits, negative, scale);
}

template <class Real>
void append_real(std::string& text, Real value) {
    if (std::isnan(value)) {
        text += "nan";
    } else if (std::isinf(value)) {
        text += value < 0 ? "-inf" : "inf";
    } else {
        const std::size_t begin = text.size();
        fmt::format_to(std::back_inserter(text), "{}", value);
        if (text.find_first_of(".e", begin) == std::string::npos) text += ".0";
    }
}

void append_date(std::string& text, std::int64_t days) {
    // The standard calendar has the years from -32767 to 32767; a date beyond them is shown as a count of days.
    if (days > 11'248'737 || days < -12'687'794) {
        fmt::format_to(std::back_inserter(text), "epoch{:+}d", days);
        return;
    }
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    const int year = static_cast<int>(date.year());
    fmt::format_to(std::back_inserter(text), "{:04}-{:02}-{:02}", year > 0 ? year : 1 - year,
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    if (year <= 0) text += " (BC)";
}

void append_fraction(std::string& text, std::int64_t fraction, int digits) {
    if (fraction == 0) return;
    std::string padded = fmt::format(".{:0{}}", fraction, digits);
    padded.erase(padded.find_last_not_of('0') + 1);
    text += padded;
}

void append_time(std::string& text, std::int64_t microseconds) {
    const std::int64_t seconds = microseconds / 1'000'000;
    fmt::format_to(std::back_inserter(text), "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    append_fraction(text, microseconds % 1'000'000, 6);
}

/// units_per_second: 1, 1000, 1'000'000 or 1'000'000'000, with as many fraction digits.
void append_timestamp(std::string& text, std::int64_t value, std::int64_t units_per_second, int digits) {
    constexpr auto infinity = std::numeric_limits<std::int64_t>::max();
    if (value == infinity || value == -infinity) {
        text += value > 0 ? "infinity" : "-infinity";
        return;
    }
    const std::int64_t units_per_day = units_per_second * 86'400;
    std::int64_t days = value / units_per_day;
    std::int64_t rest = value % units_per_day;
    if (rest < 0) {
        rest += units_per_day;
        --days;
    }
    append_date(text, days);
    const std::int64_t seconds = rest / units_per_second;
    fmt::format_to(std::back_inserter(text), " {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    append_fraction(text, rest % units_per_second, digits);
}

void append_interval(std::string& text, IntervalValue value) {
    const std::size_t begin = text.size();
    const auto append_unit = [&](std::int64_t count, const char* unit) {
        if (count == 0) return;
        if (text.size() > begin) text += ' ';
        fmt::format_to(std::back_inserter(text), "{} {}{}", count, unit, count == 1 || count == -1 ? "" : "s");
    };
    append_unit(value.months / 12, "year");
    append_unit(value.months % 12, "month");
    append_unit(value.days, "day");
    if (value.micros != 0 || text.size() == begin) {
        if (text.size() > begin) text += ' ';
        if (value.micros < 0) text += '-';
        const auto magnitude = static_cast<std::uint64_t>(magnitude_of(value.micros));
        append_time(text, static_cast<std::int64_t>(magnitude));
    }
}

void append_uuid(std::string& text, Int128 value) {
    // The engine keeps UUIDs with the top bit flipped, so that they sort as signed numbers.
    const std::uint64_t upper = static_cast<std::uint64_t>(value.upper) ^ (std::uint64_t{1} << 63);
    fmt::format_to(std::back_inserter(text), "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", upper >> 32, upper >> 16 & 0xffff,
                   upper & 0xffff, value.lower >> 48, value.lower & 0xffff'ffff'ffff);
}

void append_blob(std::string& text, std::string_view bytes) {
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        if (value >= 0x20 && value < 0x7f && byte != '\\' && byte != '\'' && byte != '"') {
            text += byte;
        } else {
            fmt::format_to(std::back_inserter(text), "\\x{:02X}", value);
        }
    }
}

void append_quoted(std::string& text, std::string_view value) {
    text += '\'';
    for (const char c : value) {
        if (c == '\'') text += '\'';
        text += c;
    }
    text += '\'';
}

void append_nested(std::string& text, const ColumnVector& values, std::size_t row) {
    if (!values.is_valid(row)) {
        text += "NULL";
    } else if (values.type().id == TypeId::varchar) {
        append_quoted(text, values.string_at(row));
    } else {
        append_value_text(text, values, row);
    }
}

void append_list(std::string& text, const ColumnVector& values, std::size_t row) {
    const ListEntry entry = values.values<ListEntry>()[row];
    const ColumnVector& elements = values.child(0);
    const bool is_map = values.type().id == TypeId::map;
    text += is_map ? '{' : '[';
    for (std::uint32_t i = 0; i < entry.length; ++i) {
        if (i > 0) text += ", ";
        if (is_map) {
            append_nested(text, elements.child(0), entry.offset + i);
            text += '=';
            append_nested(text, elements.child(1), entry.offset + i);
        } else {
            append_nested(text, elements, entry.offset + i);
        }
    }
    text += is_map ? '}' : ']';
}

void append_structure(std::string& text, const ColumnVector& values, std::size_t row) {
    text += '{';
    for (std::size_t i = 0; i < values.child_count(); ++i) {
        if (i > 0) text += ", ";
        append_quoted(text, i < values.type().fields.size() ? values.type().fields[i].name : std::string());
        text += ": ";
        append_nested(text, values.child(i), row);
    }
    text += '}';
}

void append_int64(std::string& text, const ColumnVector& values, std::int64_t value) {
    switch (values.type().id) {
        case TypeId::timestamp:
            append_timestamp(text, value, 1'000'000, 6);
            return;
        case TypeId::timestamp_s:
            append_timestamp(text, value, 1, 1);
            return;
        case TypeId::timestamp_ms:
            append_timestamp(text, value, 1000, 3);
            return;
        case TypeId::timestamp_ns:
            append_timestamp(text, value, 1'000'000'000, 9);
            return;
        case TypeId::timestamp_tz:
            append_timestamp(text, value, 1'000'000, 6);
            text += "+00";
            return;
        case TypeId::time:
            if (value >= 0 && value <= microseconds_per_day) return append_time(text, value);
            break;
        case TypeId::decimal:
            append_decimal(text, magnitude_of(value), value < 0, values.type().scale);
            return;
        default:
            break;
    }
    fmt::format_to(std::back_inserter(text), "{}", value);
}

template <class Integer>
void append_small_integer(std::string& text, const ColumnVector& values, std::size_t row) {
    append_int64(text, values, static_cast<std::int64_t>(values.values<Integer>()[row]));
}

void append_int32(std::string& text, const ColumnVector& values, std::int32_t value) {
    if (values.type().id != TypeId::date) {
        append_int64(text, values, value);
    } else if (value == std::numeric_limits<std::int32_t>::max()) {
        text += "infinity";
    } else if (value == -std::numeric_limits<std::int32_t>::max()) {
        text += "-infinity";
    } else {
        append_date(text, value);
    }
}

}  // namespace

void append_value_text(std::string& text, const ColumnVector& values, std::size_t row) {
    switch (values.physical()) {
        case PhysicalType::bool8:
            text += values.values<std::uint8_t>()[row] != 0 ? "true" : "false";
            break;
        case PhysicalType::int8:
            append_small_integer<std::int8_t>(text, values, row);
            break;
        case PhysicalType::int16:
            append_small_integer<std::int16_t>(text, values, row);
            break;
        case PhysicalType::int32:
            append_int32(text, values, values.values<std::int32_t>()[row]);
            break;
        case PhysicalType::int64:
            append_int64(text, values, values.values<std::int64_t>()[row]);
            break;
        case PhysicalType::uint8:
            append_small_integer<std::uint8_t>(text, values, row);
            break;
        case PhysicalType::uint16:
            append_small_integer<std::uint16_t>(text, values, row);
            break;
        case PhysicalType::uint32:
            append_small_integer<std::uint32_t>(text, values, row);
            break;
        case PhysicalType::uint64:
            text += digits_of(values.values<std::uint64_t>()[row]);
            break;
        case PhysicalType::uint128:
            text += digits_of(bits_of(values.values<Int128>()[row]));
            break;
        case PhysicalType::int128: {
            const Int128 value = values.values<Int128>()[row];
            if (values.type().id == TypeId::uuid) {
                append_uuid(text, value);
            } else {
                append_int128(text, value, values.type().id == TypeId::decimal ? values.type().scale : 0);
            }
            break;
        }
        case PhysicalType::float32:
            append_real(text, values.values<float>()[row]);
            break;
        case PhysicalType::float64:
            append_real(text, values.values<double>()[row]);
            break;
        case PhysicalType::interval:
            append_interval(text, values.values<IntervalValue>()[row]);
            break;
        case PhysicalType::string:
            if (values.type().id == TypeId::blob) {
                append_blob(text, values.string_at(row));
            } else {
                text += values.string_at(row);
            }
            break;
        case PhysicalType::list:
            append_list(text, values, row);
            break;
        case PhysicalType::structure:
            append_structure(text, values, row);
            break;
    }
}

bool is_numeric(const ColumnType& type) noexcept {
    switch (type.id) {
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
        case TypeId::float32:
        case TypeId::float64:
        case TypeId::decimal:
            return true;
        default:
            return false;
    }
}

}  // namespace laminar
