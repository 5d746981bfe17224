#include "cli/result/value_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iterator>

#include "connectors/codec/values/scalar_text.h"

namespace laminar {
namespace {

/// The values that append_scalar_text leaves out of the floats.
void append_not_finite(std::string& text, double value) {
    if (std::isnan(value)) {
        text += "nan";
    } else {
        text += value < 0 ? "-inf" : "inf";
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

}  // namespace

void append_value_text(std::string& text, const ColumnVector& values, std::size_t row) {
    if (append_scalar_text(text, values, row, MomentStyle::spaced)) return;
    switch (values.physical()) {
        case PhysicalType::float32:
            append_not_finite(text, values.values<float>()[row]);
            break;
        case PhysicalType::float64:
            append_not_finite(text, values.values<double>()[row]);
            break;
        case PhysicalType::list:
            append_list(text, values, row);
            break;
        case PhysicalType::structure:
            append_structure(text, values, row);
            break;
        default:
            if (values.type().id == TypeId::blob) {
                append_blob(text, values.string_at(row));
            } else {
                text += values.string_at(row);
            }
    }
}

}  // namespace laminar
