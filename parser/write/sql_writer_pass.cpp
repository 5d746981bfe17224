#include "parser/write/sql_writer_pass.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/tokens/keywords.h"

namespace laminar {

void SqlWriterPass::put(std::string_view text, SourceSpan span) {
    if (span.empty()) span = origin_;
    const bool known = !span.empty();
    if (known && (result_.origins.empty() || result_.origins.back().span != span)) {
        result_.origins.push_back({static_cast<std::uint32_t>(result_.text.size()), span});
    }
    result_.text += text;
}

void SqlWriterPass::write_name(const ast::Identifier& name) {
    // What the user quoted stays quoted: "current_date" the column is not current_date the function.
    put(name.quoted ? always_quote_identifier(name.text) : quote_identifier(name.text), name.span);
}

void SqlWriterPass::write_name_list(const std::vector<ast::Identifier>& names) {
    put("(");
    write_list(names, [this](const ast::Identifier& name) { write_name(name); });
    put(")");
}

void SqlWriterPass::write_qualified_name(const ast::QualifiedName& name) {
    const OriginScope scope(*this, name.span);
    bool first = true;
    for (const ast::Identifier& part : name.parts) {
        if (!first) put(".");
        first = false;
        write_name(part);
    }
}

namespace {

bool is_word_sequence(std::string_view name) {
    if (name.empty()) return false;
    while (!name.empty()) {
        const std::size_t end = std::min(name.find(' '), name.size());
        if (!is_plain_word(name.substr(0, end))) return false;
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return true;
}

std::string join_modifiers(const std::vector<std::int64_t>& modifiers) {
    return modifiers.empty() ? std::string() : fmt::format("({})", fmt::join(modifiers, ", "));
}

/// TIMESTAMP(3) WITH TIME ZONE has its modifiers inside the name, the other types after it.
std::string name_with_modifiers(const ast::TypeName& type, SqlDialect dialect) {
    if (!is_word_sequence(type.name)) return quote_identifier(type.name) + join_modifiers(type.modifiers);
    const std::size_t zone = type.name.find(" WITH");
    if (zone == std::string::npos) return type.name + join_modifiers(type.modifiers);
    // DuckDB has one precision for times with a zone, and refuses to be told.
    const bool refused = dialect == SqlDialect::duckdb && type.name.ends_with(" WITH TIME ZONE");
    const std::string modifiers = refused ? std::string() : join_modifiers(type.modifiers);
    return type.name.substr(0, zone) + modifiers + type.name.substr(zone);
}

}  // namespace

void SqlWriterPass::write_type(const ast::TypeName& type) {
    const OriginScope scope(*this, type.span);
    put(name_with_modifiers(type, dialect_));
    if (!type.values.empty()) {
        put("(");
        write_list(type.values, [this](const std::string& value) { put(quote_string(value)); });
        put(")");
    }
    if (!type.fields.empty()) {
        put("(");
        write_list(type.fields, [this](const ast::TypeName::Field& field) {
            if (!field.name.text.empty()) {
                write_name(field.name);
                put(" ");
            }
            write_type(field.type);
        });
        put(")");
    }
    for (const std::optional<std::int64_t>& dimension : type.dimensions) {
        put(dimension ? fmt::format("[{}]", *dimension) : "[]");
    }
}

}  // namespace laminar
