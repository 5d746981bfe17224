#include "server/postgres/session/copy_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_text.h"
#include "server/postgres/values/engine_text.h"
#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

namespace {

/// What else is nested is JSON.
bool is_json(const ColumnType& type) {
    return type.is_nested() && !is_postgres_array(type) && type.id != TypeId::union_;
}

bool has(const ColumnType& type, TypeId id) {
    return type.id == id ||
           std::any_of(type.fields.begin(), type.fields.end(), [id](const auto& field) { return has(field.type, id); });
}

/// A UNION is written as JSON has texts.
std::string union_text(std::string_view text) {
    std::string scratch;
    return text.starts_with('"') && is_json_value(text) ? std::string(json_string_content(text, scratch))
                                                        : std::string(text);
}

std::optional<std::string> array_text(const ColumnType& element, std::string_view text) {
    const auto elements = read_array_text(text);
    if (!elements) return std::nullopt;
    std::string json = "[";
    for (const std::optional<std::string>& value : *elements) {
        if (json.size() > 1) json += ',';
        if (!value) {
            json += "null";
            continue;
        }
        const auto written = engine_text(element.id, *value);
        if (!written) return std::nullopt;
        append_json_quoted(json, *written);
    }
    return json + "]";
}

}  // namespace

std::string problem_of_copied(const ColumnType& type) {
    // Its bytes are base64 in JSON, which the engine would take for a text.
    if (is_json(type) && has(type, TypeId::blob)) return "a BLOB within a structure";
    return {};
}

std::optional<std::string> copied_text(const ColumnType& type, std::string_view text) {
    if (is_postgres_array(type)) return array_text(type.fields.front().type, text);
    if (type.id == TypeId::union_) return union_text(text);
    if (is_json(type)) return is_json_value(text) ? std::optional(std::string(text)) : std::nullopt;
    return engine_text(type.id, text);
}

std::string copied_sql(const ColumnType& type, const std::string& text) {
    if (is_postgres_array(type)) return fmt::format("CAST(CAST({} AS JSON) AS VARCHAR[])", text);
    return is_json(type) ? fmt::format("CAST({} AS JSON)", text) : text;
}

}  // namespace laminar::postgres
