#include "connectors/codec/json_encoder.h"

#include <algorithm>
#include <cmath>

#include "connectors/codec/base64.h"
#include "connectors/codec/interval_text.h"
#include "connectors/codec/number_text.h"
#include "connectors/codec/time_text.h"
#include "connectors/codec/utf8.h"
#include "connectors/codec/uuid_text.h"

namespace laminar {

namespace {

void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto character = static_cast<unsigned char>(text[at]);
        if (character >= 0x20 && character != '"' && character != '\\') continue;
        out += text.substr(begin, at - begin);
        begin = at + 1;
        out += '\\';
        switch (character) {
            case '\b':
                out += 'b';
                break;
            case '\f':
                out += 'f';
                break;
            case '\n':
                out += 'n';
                break;
            case '\r':
                out += 'r';
                break;
            case '\t':
                out += 't';
                break;
            case '"':
            case '\\':
                out += static_cast<char>(character);
                break;
            default:
                out += "u00";
                out += hexadecimal[character >> 4];
                out += hexadecimal[character & 15U];
        }
    }
    out += text.substr(begin);
}

void append_float_value(std::string& out, const ColumnVector& column, std::size_t row) {
    if (column.physical() == PhysicalType::float32) {
        const float value = column.values<float>()[row];
        std::isfinite(value) ? append_float(out, value) : void(out += "null");
    } else {
        const double value = column.values<double>()[row];
        std::isfinite(value) ? append_float(out, value) : void(out += "null");
    }
}

/// Integers of any width; whatever their type makes of them is up to the caller.
WideInteger integer_at(const ColumnVector& column, std::size_t row) {
    switch (column.physical()) {
        case PhysicalType::int8:
            return column.values<std::int8_t>()[row];
        case PhysicalType::int16:
            return column.values<std::int16_t>()[row];
        case PhysicalType::int32:
            return column.values<std::int32_t>()[row];
        case PhysicalType::int64:
            return column.values<std::int64_t>()[row];
        case PhysicalType::uint8:
            return column.values<std::uint8_t>()[row];
        case PhysicalType::uint16:
            return column.values<std::uint16_t>()[row];
        case PhysicalType::uint32:
            return column.values<std::uint32_t>()[row];
        case PhysicalType::uint64:
            return column.values<std::uint64_t>()[row];
        default:
            return to_wide_integer(column.values<Int128>()[row]);
    }
}

void append_string_value(std::string& out, const ColumnVector& column, std::size_t row) {
    const std::string_view text = column.string_at(row);
    switch (column.type().id) {
        case TypeId::blob:
            out += '"';
            append_base64(out, text);
            out += '"';
            break;
        case TypeId::json: {
            if (text.empty()) {
                out += "null";
                break;
            }
            const std::size_t begin = out.size();
            out += text;
            std::replace_if(
                out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
                [](char character) { return character == '\n' || character == '\r'; }, ' ');
            break;
        }
        default:
            append_json_quoted(out, text);
    }
}

void append_elements(std::string& out, const ColumnVector& elements, const ListEntry& entry) {
    out += '[';
    for (std::size_t at = 0; at < entry.length; ++at) {
        if (at != 0) out += ',';
        append_json_value(out, elements, entry.offset + at);
    }
    out += ']';
}

void append_map(std::string& out, const ColumnVector& column, const ListEntry& entry) {
    const ColumnVector& entries = column.child(0);
    const ColumnVector& keys = entries.child(0);
    if (keys.type().is_nested() || keys.type().id == TypeId::json) return append_elements(out, entries, entry);
    out += '{';
    std::string key;
    for (std::size_t at = entry.offset; at < std::size_t{entry.offset} + entry.length; ++at) {
        if (at != entry.offset) out += ',';
        key.clear();
        append_json_value(key, keys, at);
        // Strings bring their quotes.
        if (key.front() != '"') key = '"' + key + '"';
        out += key;
        out += ':';
        append_json_value(out, entries.child(1), at);
    }
    out += '}';
}

void append_structure(std::string& out, const ColumnVector& column, std::size_t row) {
    out += '{';
    for (std::size_t index = 0; index < column.child_count(); ++index) {
        if (index != 0) out += ',';
        append_json_quoted(out, column.type().fields[index].name);
        out += ':';
        append_json_value(out, column.child(index), row);
    }
    out += '}';
}

}  // namespace

void append_json_value(std::string& out, const ColumnVector& column, std::size_t row) {
    if (!column.is_valid(row)) {
        out += "null";
        return;
    }
    const TypeId type = column.type().id;
    switch (type) {
        case TypeId::boolean:
            out += column.values<std::uint8_t>()[row] != 0 ? "true" : "false";
            return;
        case TypeId::tinyint:
        case TypeId::smallint:
        case TypeId::integer:
        case TypeId::bigint:
        case TypeId::hugeint:
        case TypeId::utinyint:
        case TypeId::usmallint:
        case TypeId::uinteger:
        case TypeId::ubigint:
            append_integer(out, integer_at(column, row));
            return;
        case TypeId::uhugeint:
            append_unsigned(out, to_wide_unsigned(column.values<Int128>()[row]));
            return;
        case TypeId::decimal:
            append_decimal(out, integer_at(column, row), column.type().scale);
            return;
        case TypeId::float32:
        case TypeId::float64:
            append_float_value(out, column, row);
            return;
        case TypeId::list:
        case TypeId::array:
            append_elements(out, column.child(0), column.values<ListEntry>()[row]);
            return;
        case TypeId::map:
            append_map(out, column, column.values<ListEntry>()[row]);
            return;
        case TypeId::structure:
            append_structure(out, column, row);
            return;
        case TypeId::unknown:
        case TypeId::varchar:
        case TypeId::blob:
        case TypeId::json:
        case TypeId::time_tz:
        case TypeId::bit:
        case TypeId::enumeration:
        case TypeId::union_:
            append_string_value(out, column, row);
            return;
        default:
            break;
    }
    out += '"';
    switch (type) {
        case TypeId::date:
            append_date(out, column.values<std::int32_t>()[row]);
            break;
        case TypeId::time:
            append_time(out, column.values<std::int64_t>()[row]);
            break;
        case TypeId::interval:
            append_interval(out, column.values<IntervalValue>()[row]);
            break;
        case TypeId::uuid:
            append_uuid(out, column.values<Int128>()[row]);
            break;
        default:
            if (append_timestamp(out, column.values<std::int64_t>()[row], type, 'T')) out += 'Z';
    }
    out += '"';
}

void append_json_quoted(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const std::size_t valid = std::min(find_invalid_utf8(text), text.size());
        append_escaped(out, text.substr(0, valid));
        text.remove_prefix(valid);
        if (!text.empty()) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
        }
    }
    out += '"';
}

void encode_row(const std::vector<std::string>& names, const std::vector<ColumnVector>& columns, std::size_t row,
                std::string& out) {
    out += '{';
    for (std::size_t index = 0; index < columns.size(); ++index) {
        if (index != 0) out += ',';
        append_json_quoted(out, names[index]);
        out += ':';
        append_json_value(out, columns[index], row);
    }
    out += '}';
}

}  // namespace laminar
