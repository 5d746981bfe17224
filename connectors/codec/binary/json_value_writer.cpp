#include "connectors/codec/binary/json_value_writer.h"

#include <charconv>
#include <cmath>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/values/base64.h"
#include "connectors/codec/values/number_text.h"
#include "parser/text/utf8.h"

namespace laminar {

bool JsonValueWriter::refuse(std::string_view reason) {
    error_ = reason;
    return false;
}

void JsonValueWriter::begin_value(bool& as_key) {
    as_key = false;
    if (open_.empty()) {
        if (has_values_) out_ += '\n';
        has_values_ = true;
        return;
    }
    Container& container = open_.back();
    if (container.is_map && container.at_value) return;
    if (!container.is_first) out_ += ',';
    container.is_first = false;
    as_key = container.is_map;
}

void JsonValueWriter::end_value() {
    while (!open_.empty()) {
        Container& container = open_.back();
        if (container.is_map && !container.at_value) {
            out_ += ':';
            container.at_value = true;
            return;
        }
        container.at_value = false;
        if (container.left == open_end || --container.left > 0) return;
        // The last value of one is a value of the one around it.
        out_ += container.is_map ? '}' : ']';
        open_.pop_back();
    }
}

bool JsonValueWriter::scalar(std::string_view text) {
    bool as_key = false;
    begin_value(as_key);
    if (as_key) out_ += '"';
    out_ += text;
    if (as_key) out_ += '"';
    end_value();
    return true;
}

bool JsonValueWriter::null() { return scalar("null"); }

bool JsonValueWriter::boolean(bool value) { return scalar(value ? "true" : "false"); }

bool JsonValueWriter::integer(std::int64_t value) {
    char text[24];
    return scalar({text, std::to_chars(text, text + sizeof text, value).ptr});
}

bool JsonValueWriter::natural(std::uint64_t value) {
    char text[24];
    return scalar({text, std::to_chars(text, text + sizeof text, value).ptr});
}

bool JsonValueWriter::digits(std::string_view value) { return scalar(value); }

bool JsonValueWriter::real(double value) {
    if (!std::isfinite(value)) return null();
    std::string text;
    append_float(text, value);
    return scalar(text);
}

bool JsonValueWriter::text(std::string_view value) {
    if (find_invalid_utf8(value) != std::string_view::npos) return refuse("a text is not UTF-8");
    return quoted(value, false);
}

bool JsonValueWriter::bytes(std::string_view value) { return quoted(value, true); }

bool JsonValueWriter::quoted(std::string_view text, bool is_base64) {
    bool as_key = false;
    begin_value(as_key);
    if (is_base64) {
        out_ += '"';
        append_base64(out_, text);
        out_ += '"';
    } else {
        append_json_quoted(out_, text);
    }
    end_value();
    return true;
}

bool JsonValueWriter::begin(bool is_map, std::uint64_t count) {
    if (open_.size() >= maximum_depth) {
        too_deep_ = true;
        return refuse("it is nested too deep");
    }
    if (!open_.empty() && open_.back().is_map && !open_.back().at_value)
        return refuse(is_map ? "a map is the key of a map" : "an array is the key of a map");
    bool as_key = false;
    begin_value(as_key);
    out_ += is_map ? '{' : '[';
    if (count == 0) {
        out_ += is_map ? '}' : ']';
        end_value();
    } else {
        open_.push_back({is_map, count});
    }
    return true;
}

bool JsonValueWriter::end_container() {
    if (open_.empty() || open_.back().left != open_end) return refuse("nothing is there that could end");
    if (open_.back().at_value) return refuse("a key of a map has no value");
    out_ += open_.back().is_map ? '}' : ']';
    open_.pop_back();
    end_value();
    return true;
}

}  // namespace laminar
