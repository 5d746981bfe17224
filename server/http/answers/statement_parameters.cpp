#include "server/http/answers/statement_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/base64.h"
#include "parser/read/parser.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "server/postgres/statements/parameter_types.h"
#include "server/postgres/values/parameter_value.h"

namespace laminar::http {

namespace {

constexpr std::int32_t json_oid = 114;
/// Longer whole numbers are no literals.
constexpr std::size_t most_digits_of_literal = 38;

/// Bytes that are base64, as PostgreSQL has them. Nothing: it is none.
std::optional<std::string> bytea_text(std::string_view base64) {
    std::string bytes;
    if (!decode_base64(base64, bytes)) return std::nullopt;
    std::string text = "\\x";
    for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return text;
}

/// A list, as PostgreSQL writes arrays. Nothing: it is none of such elements.
std::optional<std::string> array_text(std::string_view json, std::int32_t element) {
    if (!json.starts_with('[')) return std::nullopt;
    std::string text = "{";
    JsonElements elements(json);
    while (const std::optional<std::string_view> value = elements.next()) {
        if (text.size() > 1) text += ',';
        if (*value == "null") {
            text += "NULL";
            continue;
        }
        std::optional<std::string> content = json_value_text(*value);
        if (element == postgres::bytea_oid) content = bytea_text(*content);
        if (!content) return std::nullopt;
        text += '"';
        for (const char c : *content) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        text += '"';
    }
    return text + "}";
}

// Objects and arrays of JSON as SQL literals of nested types: each value within is cast from its text, so that numbers
// keep their digits, which a cast from JSON takes for floating-point numbers.

std::optional<std::string> value_of(std::string_view json, const ColumnType& type);

std::optional<std::string> list_of(std::string_view json, const ColumnType& type) {
    if (!json.starts_with('[')) return std::nullopt;
    std::string text;
    JsonElements elements(json);
    while (const auto element = elements.next()) {
        const auto value = value_of(*element, type.fields.front().type);
        if (!value) return std::nullopt;
        text += (text.empty() ? "" : ", ") + *value;
    }
    return "[" + text + "]";
}

std::optional<std::string> map_of(std::string_view json, const ColumnType& type) {
    if (!json.starts_with('{')) return std::nullopt;
    std::string text;
    JsonMembers members(json);
    while (const auto member = members.next()) {
        const auto key = value_of(member->quoted_key, type.fields[0].type);
        const auto value = value_of(member->value, type.fields[1].type);
        if (!key || !value) return std::nullopt;
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", *key, *value);
    }
    return "MAP {" + text + "}";
}

/// Nothing: there is none.
std::optional<std::size_t> field_of(const ColumnType& type, std::string_view name) {
    std::optional<std::size_t> found;
    std::size_t count = 0;
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        if (type.fields[i].name == name) return i;
        if (!equals_ignoring_case(type.fields[i].name, name)) continue;
        found = i;
        ++count;
    }
    return count == 1 ? found : std::nullopt;
}

std::optional<std::string> structure_of(std::string_view json, const ColumnType& type) {
    if (!json.starts_with('{')) return std::nullopt;
    std::vector<std::string> values(type.fields.size(), "NULL");
    JsonMembers members(json);
    while (const auto member = members.next()) {
        const auto field = field_of(type, json_value_text(member->quoted_key));
        auto value = field ? value_of(member->value, type.fields[*field].type) : std::nullopt;
        if (!value) return std::nullopt;
        values[*field] = std::move(*value);
    }
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i)
        text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", quote_identifier(type.fields[i].name), values[i]);
    return "{" + text + "}";
}

std::optional<std::string> value_of(std::string_view json, const ColumnType& type) {
    if (json == "null") return "NULL";
    const bool is_nested = json.starts_with('{') || json.starts_with('[');
    switch (type.id) {
        case TypeId::list:
        case TypeId::array:
            return list_of(json, type);
        case TypeId::map:
            return map_of(json, type);
        case TypeId::structure:
            return structure_of(json, type);
        case TypeId::json:
            return fmt::format("CAST({} AS JSON)", quote_string(json));
        case TypeId::varchar:
            return quote_string(json_value_text(json));
        case TypeId::blob: {
            std::string bytes;
            if (is_nested || !decode_base64(json_value_text(json), bytes)) return std::nullopt;
            return postgres::parameter_sql(postgres::bytea_oid, postgres::ValueFormat::binary, bytes);
        }
        default:
            if (is_nested) return std::nullopt;
            return fmt::format("CAST({} AS {})", quote_string(json_value_text(json)), to_sql(type));
    }
}

/// Not those of a UNION, whose member JSON does not tell.
bool has_literals(const ColumnType& type) {
    return type.id != TypeId::union_ &&
           std::all_of(type.fields.begin(), type.fields.end(),
                       [](const ColumnType::Field& field) { return has_literals(field.type); });
}

/// Nothing: it is no value of the type, also because it has a member that is no field.
std::optional<std::string> nested_literal(std::string_view json, const ColumnType& type) {
    const auto value = value_of(json, type);
    return value ? std::optional(fmt::format("CAST({} AS {})", *value, to_sql(type))) : std::nullopt;
}

}  // namespace

bool is_bytes(std::int32_t type) {
    return type == postgres::bytea_oid || postgres::element_type(type) == postgres::bytea_oid;
}

std::optional<std::string> sql_of(const Parameter& parameter, std::int32_t type,
                                  const std::optional<ColumnType>& nested) {
    using postgres::parameter_sql;
    using postgres::ValueFormat;
    switch (parameter.kind) {
        case Parameter::Kind::null:
            return postgres::null_sql(type);
        case Parameter::Kind::number:
            if (type != 0) break;
            if (parameter.text.size() > most_digits_of_literal)
                return parameter_sql(postgres::numeric_oid, ValueFormat::text, parameter.text);
            // A sign must not meet another one.
            return fmt::format("({})", parameter.text);
        case Parameter::Kind::boolean:
            if (type == 0) return parameter.text;
            break;
        case Parameter::Kind::json:
            if (type == 0 && nested) return nested_literal(parameter.text, *nested);
            if (type == 0) return parameter_sql(json_oid, ValueFormat::text, parameter.text);
            if (const std::int32_t element = postgres::element_type(type); element != 0) {
                const std::optional<std::string> array = array_text(parameter.text, element);
                return array ? parameter_sql(type, ValueFormat::text, *array) : std::nullopt;
            }
            break;
        case Parameter::Kind::text:
            if (type == postgres::bytea_oid) {
                std::string bytes;
                if (!decode_base64(parameter.text, bytes)) return std::nullopt;
                return parameter_sql(type, ValueFormat::binary, bytes);
            }
            break;
    }
    return parameter_sql(type, ValueFormat::text, parameter.text);
}

bool infer_types(const SentSql& sent, const postgres::ParameterText& text, const Catalog& catalog,
                 ParameterTypes& types) {
    const auto is_open = [&](std::size_t i) {
        const Parameter::Kind kind = sent.parameters[i].kind;
        return types.numbers[i] == 0 && (kind == Parameter::Kind::text || kind == Parameter::Kind::json);
    };
    const std::size_t count = types.numbers.size();
    bool any = false;
    for (std::size_t i = 0; i < count; ++i) any = any || is_open(i);
    const auto filled = any ? text.fill(std::vector<std::string>(count, "NULL")) : std::nullopt;
    if (!filled) return false;
    const auto source = std::make_shared<const SourceText>("query", filled->text());
    Diagnostics ignored(source);
    const ParsedScript script = parse_script(source, ignored);
    if (script.statements.size() != 1) return false;
    bool found = false;
    const auto note_nested = [&](std::size_t i, const ColumnType& type) {
        if (sent.parameters[i].kind != Parameter::Kind::json || types.nested[i] || !has_literals(type)) return;
        types.nested[i] = type;
        found = true;
    };
    std::vector<std::int32_t> inferred = types.numbers;
    // What queries make of parameters is theirs.
    const auto describe_none = [](const ast::Statement&) { return std::optional<std::vector<OutputColumn>>(); };
    postgres::infer_parameter_types(script.statements.front(), *filled, 0, catalog, describe_none, inferred,
                                    note_nested);
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_open(i) || !is_bytes(inferred[i])) continue;
        types.numbers[i] = inferred[i];
        found = true;
    }
    return found;
}

}  // namespace laminar::http
