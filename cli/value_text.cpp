#include "cli/value_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iterator>

#include "connectors/codec/interval_text.h"
#include "connectors/codec/number_text.h"
#include "connectors/codec/time_text.h"
#include "connectors/codec/uuid_text.h"
#include "connectors/codec/wide_integer.h"

namespace laminar {
namespace {

template <class Real>
void append_real(std::string& text, Real value) {
    if (std::isnan(value)) {
        text += "nan";
    } else if (std::isinf(value)) {
        text += value < 0 ? "-inf" : "inf";
    } else {
        append_float(text, value);
    }
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

/// An integer of up to 64 signed bits, which may stand for something else.
void append_signed(std::string& text, const ColumnType& type, std::int64_t value) {
    switch (type.id) {
        case TypeId::date:
            append_date(text, static_cast<std::int32_t>(value));
            break;
        case TypeId::time:
            append_time(text, value);
            break;
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
            append_timestamp(text, value, type.id, ' ');
            break;
        case TypeId::timestamp_tz:
            if (append_timestamp(text, value, type.id, ' ')) text += "+00";
            break;
        case TypeId::decimal:
            append_decimal(text, value, type.scale);
            break;
        default:
            append_integer(text, value);
    }
}

void append_wide(std::string& text, const ColumnType& type, Int128 value) {
    switch (type.id) {
        case TypeId::uuid:
            append_uuid(text, value);
            break;
        case TypeId::decimal:
            append_decimal(text, to_wide_integer(value), type.scale);
            break;
        default:
            append_integer(text, to_wide_integer(value));
    }
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
        append_quoted(text, values.type().fields[i].name);
        text += ": ";
        append_nested(text, values.child(i), row);
    }
    text += '}';
}

template <class Integer>
std::int64_t signed_at(const ColumnVector& values, std::size_t row) {
    return static_cast<std::int64_t>(values.values<Integer>()[row]);
}

}  // namespace

void append_value_text(std::string& text, const ColumnVector& values, std::size_t row) {
    const ColumnType& type = values.type();
    switch (values.physical()) {
        case PhysicalType::bool8:
            text += values.values<std::uint8_t>()[row] != 0 ? "true" : "false";
            break;
        case PhysicalType::int8:
            append_signed(text, type, signed_at<std::int8_t>(values, row));
            break;
        case PhysicalType::int16:
            append_signed(text, type, signed_at<std::int16_t>(values, row));
            break;
        case PhysicalType::int32:
            append_signed(text, type, signed_at<std::int32_t>(values, row));
            break;
        case PhysicalType::int64:
            append_signed(text, type, signed_at<std::int64_t>(values, row));
            break;
        case PhysicalType::uint8:
            append_signed(text, type, signed_at<std::uint8_t>(values, row));
            break;
        case PhysicalType::uint16:
            append_signed(text, type, signed_at<std::uint16_t>(values, row));
            break;
        case PhysicalType::uint32:
            append_signed(text, type, signed_at<std::uint32_t>(values, row));
            break;
        case PhysicalType::uint64:
            append_unsigned(text, values.values<std::uint64_t>()[row]);
            break;
        case PhysicalType::uint128:
            append_unsigned(text, to_wide_unsigned(values.values<Int128>()[row]));
            break;
        case PhysicalType::int128:
            append_wide(text, type, values.values<Int128>()[row]);
            break;
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
            if (type.id == TypeId::blob) {
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
