#include "binder_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"
#include "parser/text/ascii.h"

namespace laminar::test {

std::optional<std::vector<OutputColumn>> LenientChecker::check_query(const BoundQuery& query, Diagnostics&) {
    std::vector<OutputColumn> columns;
    const auto* select = std::get_if<ast::Select>(&query.query.body.node);
    const auto* values = std::get_if<ast::Values>(&query.query.body.node);
    if (values != nullptr) {
        for (std::size_t i = 0; i < values->rows.front().size(); ++i)
            columns.push_back({"col" + std::to_string(i), TypeId::unknown});
    }
    for (std::size_t i = 0; select != nullptr && i < select->items.size(); ++i) {
        const ast::SelectItem& item = select->items[i];
        std::string name = item.alias ? item.alias->text : "col" + std::to_string(i);
        if (const auto* column = std::get_if<ast::ColumnReference>(&item.value.node); column != nullptr && !item.alias)
            name = column->parts.back().text;
        const auto* cast = std::get_if<ast::Cast>(&item.value.node);
        Diagnostics ignored;
        columns.push_back(
            {name, cast != nullptr ? bind_type(cast->type, ignored).value_or(ColumnType()) : ColumnType()});
    }
    return columns;
}

std::optional<ColumnType> LenientChecker::check_expression(const ast::Expression& expression,
                                                           const std::vector<OutputColumn>& columns,
                                                           Diagnostics& diagnostics) {
    if (const auto* cast = std::get_if<ast::Cast>(&expression.node)) {
        auto type = bind_type(cast->type, diagnostics);
        const bool nested = columns.size() == 1 && columns.front().type.is_nested();
        if (nested && type && !type->is_nested())
            diagnostics.error(DiagnosticCode::query_type_error, expression.span, "no such cast");
        return type;
    }
    if (const auto* binary = std::get_if<ast::Binary>(&expression.node))
        return check_expression(*binary->left, columns, diagnostics);
    if (const auto* column = std::get_if<ast::ColumnReference>(&expression.node)) {
        for (const OutputColumn& each : columns) {
            if (equals_ignoring_case(each.name, column->parts.back().text)) return each.type;
        }
    }
    return ColumnType();
}

bool LenientChecker::define_function(const FunctionObject& function, Diagnostics&) {
    drop_function(function.name);
    declared.push_back(function.name);
    return true;
}

void LenientChecker::drop_function(std::string_view name) {
    std::erase_if(declared, [name](const std::string& other) { return equals_ignoring_case(other, name); });
}

bool LenientChecker::has_function(std::string_view name) {
    const std::vector<std::string> names = function_names();
    return std::any_of(names.begin(), names.end(),
                       [name](const std::string& other) { return equals_ignoring_case(other, name); });
}

std::vector<std::string> LenientChecker::function_names() {
    std::vector<std::string> names{"upper", "avg", "count", "json_object"};
    names.insert(names.end(), declared.begin(), declared.end());
    return names;
}

std::vector<std::string> BinderFixture::run(std::string_view sql, std::optional<BoundStatement>& last) {
    Diagnostics diagnostics;
    const ParsedScript script =
        parse_script(std::make_shared<const SourceText>("test.sql", std::string(sql)), diagnostics);
    Binder binder(catalog, builtin_connectors(), checker, diagnostics);
    binder.set_warn_of_ineffective_options(warn_of_ineffective_options);
    for (const ast::Statement& statement : script.statements) {
        last = binder.bind(script.source, statement);
        if (last) apply_to_catalog(*last, catalog);
    }
    std::vector<std::string> findings;
    for (const Diagnostic& each : diagnostics.all()) {
        if (each.severity == Severity::note) continue;
        std::string text(diagnostic_code_text(each.code));
        text += " at `" + std::string(script.source->slice(each.span)) + "`: " + each.message;
        if (!each.hint.empty()) text += " (" + each.hint + ")";
        findings.push_back(std::move(text));
    }
    return findings;
}

std::vector<std::string> BinderFixture::run(std::string_view sql) {
    std::optional<BoundStatement> last;
    return run(sql, last);
}

std::string BinderFixture::finding(std::string_view sql) {
    const std::vector<std::string> findings = run(sql);
    if (findings.size() == 1) return findings.front();
    std::string all = std::to_string(findings.size()) + " findings";
    for (const std::string& each : findings) all += "\n" + each;
    return all;
}

BoundStatement BinderFixture::good(std::string_view sql) {
    std::optional<BoundStatement> last;
    for (const std::string& finding : run(sql, last)) FAIL_CHECK(std::string(sql), "\n", finding);
    REQUIRE_MESSAGE(last, std::string(sql));
    return *last;
}

}  // namespace laminar::test
