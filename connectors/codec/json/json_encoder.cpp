#include "connectors/codec/json/json_encoder.h"

#include <algorithm>
#include <optional>

#include "catalog/objects/column_name.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/base64.h"
#include "connectors/codec/values/scalar_text.h"
#include "connectors/codec/values/time_text.h"
#include "connectors/codec/values/wide_integer.h"
#include "parser/text/utf8.h"

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

void append_string_value(std::string& out, const ColumnVector& column, std::size_t row) {
    const std::string_view text = column.string_at(row);
    switch (column.type().id) {
        case TypeId::blob:
            out += '"';
            append_base64(out, text);
            out += '"';
            break;
        case TypeId::json: {
            const std::size_t begin = out.size();
            append_json_text(out, text);
            std::replace_if(
                out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
                [](char character) { return character == '\n' || character == '\r'; }, ' ');
            break;
        }
        default:
            append_json_quoted(out, text);
    }
}

enum class Reader : std::uint8_t { any, has_doubles };

template <Reader reader>
void append_value(std::string& out, const ColumnVector& column, std::size_t row);

template <Reader reader>
void append_elements(std::string& out, const ColumnVector& elements, const ListEntry& entry) {
    out += '[';
    for (std::size_t at = 0; at < entry.length; ++at) {
        if (at != 0) out += ',';
        append_value<reader>(out, elements, entry.offset + at);
    }
    out += ']';
}

template <Reader reader>
void append_map(std::string& out, const ColumnVector& column, const ListEntry& entry) {
    const ColumnVector& entries = column.child(0);
    const ColumnVector& keys = entries.child(0);
    if (keys.type().is_nested() || keys.type().id == TypeId::json) return append_elements<reader>(out, entries, entry);
    out += '{';
    std::string key;
    for (std::size_t at = entry.offset; at < std::size_t{entry.offset} + entry.length; ++at) {
        if (at != entry.offset) out += ',';
        key.clear();
        append_value<Reader::any>(key, keys, at);
        const bool has_quotes = key.front() == '"';  // Those of strings.
        if (!has_quotes) out += '"';
        out += key;
        if (!has_quotes) out += '"';
        out += ':';
        append_value<reader>(out, entries.child(1), at);
    }
    out += '}';
}

template <Reader reader>
void append_structure(std::string& out, const ColumnVector& column, std::size_t row) {
    out += '{';
    for (std::size_t index = 0; index < column.child_count(); ++index) {
        if (index != 0) out += ',';
        append_json_quoted(out, column.type().fields[index].name);
        out += ':';
        append_value<reader>(out, column.child(index), row);
    }
    out += '}';
}

/// Whether a number, other than a float, is one that a double holds exactly, with all the digits that are written.
bool is_held_by_double(const ColumnVector& column, std::size_t row) {
    constexpr WideInteger largest_integer = WideInteger{1} << 53;
    constexpr WideInteger largest_decimal = 999'999'999'999'999;
    const TypeId type = column.type().id;
    if (type == TypeId::float32 || type == TypeId::float64) return true;
    const WideInteger value = integer_at(column, row);  // An UHUGEINT beyond its range is negative, and too small.
    const WideInteger largest = type == TypeId::decimal ? largest_decimal : largest_integer;
    return type == TypeId::uhugeint ? value >= 0 && value <= largest : value >= -largest && value <= largest;
}

/// Of a finite time that has no zone, as a string; false, with nothing appended, for any other value.
bool append_without_zone(std::string& out, const ColumnVector& column, std::size_t row) {
    switch (column.type().id) {
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
            out += '"';
            (void)append_timestamp(out, column.values<std::int64_t>()[row], column.type().id, 'T');
            out += '"';
            return true;
        default:
            return false;
    }
}

template <Reader reader>
void append_value(std::string& out, const ColumnVector& column, std::size_t row) {
    if (!column.is_valid(row)) {
        out += "null";
        return;
    }
    switch (column.physical()) {
        case PhysicalType::string:
            append_string_value(out, column, row);
            return;
        case PhysicalType::list: {
            const ListEntry entry = column.values<ListEntry>()[row];
            if (column.type().id == TypeId::map) {
                append_map<reader>(out, column, entry);
            } else {
                append_elements<reader>(out, column.child(0), entry);
            }
            return;
        }
        case PhysicalType::structure:
            append_structure<reader>(out, column, row);
            return;
        default:
            break;
    }
    if (reader == Reader::has_doubles && append_without_zone(out, column, row)) return;
    const bool is_number = is_numeric(column.type()) && (reader == Reader::any || is_held_by_double(column, row));
    const bool bare = is_number || column.type().id == TypeId::boolean;
    if (!bare) out += '"';
    if (!append_scalar_text(out, column, row, MomentStyle::iso)) out += "null";
    if (!bare) out += '"';
}

}  // namespace

void append_json_value(std::string& out, const ColumnVector& column, std::size_t row) {
    append_value<Reader::any>(out, column, row);
}

void append_json_value_for_doubles(std::string& out, const ColumnVector& column, std::size_t row) {
    append_value<Reader::has_doubles>(out, column, row);
}

void append_json_text(std::string& out, std::string_view json) {
    if (is_json_value(json)) {
        out += json;
    } else if (const std::optional<std::string> repaired = repaired_json(json)) {
        out += *repaired;
    } else {
        append_json_quoted(out, json);
    }
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
        append_json_quoted(out, shown_column_name(names[index]));
        out += ':';
        append_json_value(out, columns[index], row);
    }
    out += '}';
}

}  // namespace laminar
