#include "server/http/answers/statement_parameters.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/base64.h"
#include "parser/read/parser.h"
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

}  // namespace

bool is_bytes(std::int32_t type) {
    return type == postgres::bytea_oid || postgres::element_type(type) == postgres::bytea_oid;
}

std::optional<std::string> sql_of(const Parameter& parameter, std::int32_t type) {
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

bool infer_bytes(const SentSql& sent, const postgres::ParameterText& text, const Catalog& catalog,
                 std::vector<std::int32_t>& types) {
    const auto is_open = [&](std::size_t i) {
        const Parameter::Kind kind = sent.parameters[i].kind;
        return types[i] == 0 && (kind == Parameter::Kind::text || kind == Parameter::Kind::json);
    };
    bool any = false;
    for (std::size_t i = 0; i < types.size(); ++i) any = any || is_open(i);
    const auto filled = any ? text.fill(std::vector<std::string>(types.size(), "NULL")) : std::nullopt;
    if (!filled) return false;
    const auto source = std::make_shared<const SourceText>("query", filled->text());
    Diagnostics ignored(source);
    const ParsedScript script = parse_script(source, ignored);
    if (script.statements.size() != 1) return false;
    std::vector<std::int32_t> inferred = types;
    // What queries make of parameters is theirs.
    const auto describe_none = [](const ast::Statement&) { return std::optional<std::vector<OutputColumn>>(); };
    postgres::infer_parameter_types(script.statements.front(), *filled, 0, catalog, describe_none, inferred);
    bool found = false;
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (!is_open(i) || !is_bytes(inferred[i])) continue;
        types[i] = inferred[i];
        found = true;
    }
    return found;
}

}  // namespace laminar::http
