#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "parser/diagnostic/diagnostic_renderer.h"
#include "parser/read/parser.h"
#include "parser/write/sql_writer.h"

namespace laminar::test {

struct Parsed {
    ParsedScript script;
    Diagnostics diagnostics;

    [[nodiscard]] std::string_view slice(SourceSpan span) const { return script.source->slice(span); }
};

inline Parsed parse(std::string text, const ParserLimits& limits = {}) {
    Parsed parsed;
    parsed.script =
        parse_script(std::make_shared<const SourceText>("test.sql", std::move(text)), parsed.diagnostics, limits);
    return parsed;
}

/// The only statement of a text that must parse.
template <class Node>
Node parse_as(const std::string& text) {
    Parsed parsed = parse(text);
    for (const Diagnostic& diagnostic : parsed.diagnostics.all()) MESSAGE(render_diagnostic(diagnostic));
    REQUIRE(parsed.script.statements.size() == 1);
    REQUIRE(std::holds_alternative<Node>(parsed.script.statements.front().node));
    return std::get<Node>(std::move(parsed.script.statements.front().node));
}

inline ast::Select parse_select(const std::string& text) {
    return std::get<ast::Select>(parse_as<ast::SelectStatement>(text).query->body.node);
}

inline ast::Expression parse_expression(const std::string& text) {
    return parse_select("SELECT " + text).items.at(0).value;
}

/// The expression with every operator in brackets, so that its shape can be compared.
std::string shape(const ast::Expression& expression);

inline std::string shape_of(const std::string& text) { return shape(parse_expression(text)); }

}  // namespace laminar::test
