#include "server/postgres/values/value_binary.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "connectors/codec/values/calendar.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/codec/values/scalar_text.h"
#include "connectors/codec/values/time_text.h"
#include "server/postgres/values/network_order.h"
#include "server/postgres/values/postgres_type.h"
#include "server/postgres/values/value_text.h"

namespace laminar::postgres {

namespace {

constexpr std::size_t digits_in_group = 4;

/// "12:34:56.5+01:30": micros, and seconds to the west.
void append_time_with_zone(std::string& out, std::string_view text) {
    const std::size_t sign = std::min(text.find_last_of("+-"), text.size());
    append_number(out, parse_time(text.substr(0, sign)).value_or(0));
    std::int32_t seconds = 0;
    std::int32_t unit = 3600;
    for (std::size_t at = sign + 1; at + 1 < text.size() && unit > 0; at += 3, unit /= 60)
        seconds += ((text[at] - '0') * 10 + (text[at + 1] - '0')) * unit;
    append_number(out, sign < text.size() && text[sign] == '-' ? seconds : -seconds);
}

void append_bits(std::string& out, std::string_view text) {
    append_number(out, static_cast<std::int32_t>(text.size()));
    unsigned byte = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        byte |= (text[i] == '1' ? 1U : 0U) << (7 - i % 8);
        if (i % 8 != 7 && i + 1 != text.size()) continue;
        out += static_cast<char>(byte);
        byte = 0;
    }
}

/// A number of units since 1970 as one since 2000. What is too early, or too late, for the format is at the end of
/// time, as are -infinity and infinity, which are no times either.
template <class Number>
void append_since_2000(std::string& out, Number value, Number infinite, Number per_unit, Number to_2000) {
    Number scaled = 0;
    Number shifted = 0;
    const bool is_infinite = value == infinite || value == -infinite;
    if (!is_infinite && !__builtin_mul_overflow(value, per_unit, &scaled) &&
        !__builtin_sub_overflow(scaled, to_2000, &shifted))
        append_number(out, shifted);
    else
        append_number(out, value > 0 ? std::numeric_limits<Number>::max() : std::numeric_limits<Number>::min());
}

void append_moment(std::string& out, std::int64_t value, TypeId type) {
    if (type == TypeId::timestamp_ns && value != infinite_timestamp && value != -infinite_timestamp)
        value = value / 1'000 - (value % 1'000 < 0 ? 1 : 0);
    const std::int64_t per_unit = type == TypeId::timestamp_s    ? micros_per_second
                                  : type == TypeId::timestamp_ms ? std::int64_t{1'000}
                                                                 : std::int64_t{1};
    append_since_2000(out, value, infinite_timestamp, per_unit, micros_to_2000);
}

void append_array(std::string& out, const ColumnType& type, const ColumnVector& values, std::size_t row, TypeUse use) {
    const ListEntry entry = values.values<ListEntry>()[row];
    const ColumnVector& elements = values.child(0);
    const ColumnType& element = type.fields.front().type;
    bool has_null = false;
    for (std::uint32_t i = 0; i < entry.length; ++i) has_null = has_null || !elements.is_valid(entry.offset + i);
    append_number(out, std::int32_t{entry.length == 0 ? 0 : 1});  // Dimensions.
    append_number(out, std::int32_t{has_null ? 1 : 0});
    append_number(out, postgres_type(element, use).oid);
    if (entry.length == 0) return;
    append_number(out, static_cast<std::int32_t>(entry.length));
    append_number(out, std::int32_t{1});  // The first index.
    std::string value;
    for (std::uint32_t i = 0; i < entry.length; ++i) {
        if (!elements.is_valid(entry.offset + i)) {
            append_number(out, std::int32_t{-1});
            continue;
        }
        value.clear();
        append_binary_value(value, element, elements, entry.offset + i, use);
        append_number(out, static_cast<std::int32_t>(value.size()));
        out += value;
    }
}

}  // namespace

void append_binary_numeric(std::string& out, std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string digits(text.substr(0, point));
    const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
    // Groups of four digits meet at the point.
    digits.insert(0, (digits_in_group - digits.size() % digits_in_group) % digits_in_group, '0');
    auto weight = static_cast<std::int16_t>(digits.size() / digits_in_group);
    digits += fraction;
    digits.append((digits_in_group - fraction.size() % digits_in_group) % digits_in_group, '0');
    std::vector<std::int16_t> groups;
    for (std::size_t at = 0; at < digits.size(); at += digits_in_group) {
        std::int16_t group = 0;
        for (const char digit : digits.substr(at, digits_in_group))
            group = static_cast<std::int16_t>(group * 10 + (digit - '0'));
        groups.push_back(group);
    }
    while (!groups.empty() && groups.back() == 0) groups.pop_back();
    const auto first = std::find_if(groups.begin(), groups.end(), [](std::int16_t group) { return group != 0; });
    weight = static_cast<std::int16_t>(weight - (first - groups.begin()) - 1);
    groups.erase(groups.begin(), first);
    if (groups.empty()) weight = 0;
    append_number(out, static_cast<std::int16_t>(groups.size()));
    append_number(out, weight);
    append_number(out, static_cast<std::int16_t>(negative && !groups.empty() ? 0x4000 : 0));
    append_number(out, static_cast<std::int16_t>(fraction.size()));
    for (const std::int16_t group : groups) append_number(out, group);
}

void append_binary_value(std::string& out, const ColumnType& type, const ColumnVector& values, std::size_t row,
                         TypeUse use) {
    switch (type.id) {
        case TypeId::boolean:
            out += values.values<std::uint8_t>()[row] != 0 ? '\1' : '\0';
            return;
        case TypeId::tinyint:
        case TypeId::smallint:
        case TypeId::utinyint:
            append_number(out, static_cast<std::int16_t>(integer_at(values, row)));
            return;
        case TypeId::integer:
        case TypeId::usmallint:
            append_number(out, static_cast<std::int32_t>(integer_at(values, row)));
            return;
        case TypeId::uinteger:
            if (use == TypeUse::catalog) {
                append_number(out, static_cast<std::int32_t>(static_cast<std::uint32_t>(integer_at(values, row))));
                return;
            }
            append_number(out, static_cast<std::int64_t>(integer_at(values, row)));
            return;
        case TypeId::bigint:
            append_number(out, static_cast<std::int64_t>(integer_at(values, row)));
            return;
        case TypeId::hugeint:
        case TypeId::ubigint:
        case TypeId::uhugeint:
        case TypeId::decimal: {
            std::string text;
            append_value(text, type, values, row);
            append_binary_numeric(out, text);
            return;
        }
        case TypeId::float32:
            append_number(out, values.values<float>()[row]);
            return;
        case TypeId::float64:
            append_number(out, values.values<double>()[row]);
            return;
        case TypeId::date:
            append_since_2000(out, values.values<std::int32_t>()[row], infinite_date, std::int32_t{1}, days_to_2000);
            return;
        case TypeId::time:
            append_number(out, values.values<std::int64_t>()[row]);
            return;
        case TypeId::time_tz:
            append_time_with_zone(out, values.string_at(row));
            return;
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            append_moment(out, values.values<std::int64_t>()[row], type.id);
            return;
        case TypeId::interval: {
            const IntervalValue& value = values.values<IntervalValue>()[row];
            append_number(out, value.micros);
            append_number(out, value.days);
            append_number(out, value.months);
            return;
        }
        case TypeId::uuid: {
            const Int128 value = values.values<Int128>()[row];
            append_number(
                out, static_cast<std::int64_t>(static_cast<std::uint64_t>(value.upper) ^ (std::uint64_t{1} << 63U)));
            append_number(out, static_cast<std::int64_t>(value.lower));
            return;
        }
        case TypeId::blob:
            out += values.string_at(row);
            return;
        case TypeId::bit:
            append_bits(out, values.string_at(row));
            return;
        case TypeId::list:
        case TypeId::array:
            if (is_postgres_array(type)) {
                append_array(out, type, values, row, use);
                return;
            }
            break;
        default:
            break;
    }
    append_value(out, type, values, row);  // Texts, and JSON, are the same in both.
}

}  // namespace laminar::postgres
