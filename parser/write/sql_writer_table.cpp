// Relations of a FROM clause.
#include <fmt/format.h>

#include <string_view>
#include <variant>
#include <vector>

#include "parser/write/sql_writer_pass.h"

namespace laminar {
namespace {

std::string_view join_kind(ast::Join::Kind kind) {
    switch (kind) {
        case ast::Join::Kind::inner:
            return "JOIN";
        case ast::Join::Kind::left:
            return "LEFT JOIN";
        case ast::Join::Kind::right:
            return "RIGHT JOIN";
        case ast::Join::Kind::full:
            return "FULL JOIN";
        case ast::Join::Kind::cross:
            return "CROSS JOIN";
        case ast::Join::Kind::semi:
            return "SEMI JOIN";
        case ast::Join::Kind::anti:
            return "ANTI JOIN";
        case ast::Join::Kind::positional:
            return "POSITIONAL JOIN";
    }
    return "JOIN";
}

const ast::Join* as_join(const ast::TableReference& table) { return std::get_if<ast::Join>(&table.node); }

bool has_suffix(const ast::TableReference& table) { return table.alias || !table.sample.empty(); }

}  // namespace

void SqlWriterPass::write_table(const ast::TableReference& table) {
    // Joins lean to the left, as many as there are relations; the spine is walked down, then written upwards.
    std::vector<const ast::TableReference*> joins;
    const ast::TableReference* first = &table;
    while (const ast::Join* join = as_join(*first)) {
        if (has_suffix(*first) && first != &table) break;
        joins.push_back(first);
        first = &*join->left;
    }
    // Only parentheses can carry the alias of a join.
    const bool in_parentheses = !joins.empty() && has_suffix(table);
    if (in_parentheses) put("(");
    // a, b JOIN c would join b with c first, and parentheses hold no comma.
    std::size_t innermost_comma_spine = 0;
    while (innermost_comma_spine < joins.size() && as_join(*joins[innermost_comma_spine])->comma)
        ++innermost_comma_spine;
    if (as_join(*first) != nullptr) {
        write_table(*first);
    } else {
        write_simple_table(*first);
    }
    for (std::size_t i = joins.size(); i-- > 0;) {
        const OriginScope scope(*this, joins[i]->span);
        write_join_tail(*as_join(*joins[i]), in_parentheses || i >= innermost_comma_spine);
    }
    if (in_parentheses) {
        put(")");
        write_table_suffix(table);
    }
}

void SqlWriterPass::write_join_tail(const ast::Join& join, bool explicit_cross) {
    const ast::Join* right = as_join(*join.right);
    const bool follows_comma = join.comma && !explicit_cross;
    if (follows_comma) {
        put(", ");
    } else {
        put(" ");
        if (join.natural) put("NATURAL ");
        if (join.asof) put("ASOF ");
        put(join_kind(join.kind));
        put(" ");
    }
    const bool bracketed = right != nullptr && !has_suffix(*join.right) && !(follows_comma && !right->comma);
    if (bracketed) put("(");
    if (bracketed && right->comma) {
        // Write the comma as the join it is: inside parentheses it is not allowed.
        ast::TableReference crossed = *join.right;
        ast::TableReference* spine = &crossed;
        while (auto* inner = std::get_if<ast::Join>(&spine->node)) {
            inner->comma = false;
            spine = &*inner->left;
        }
        write_table(crossed);
    } else {
        write_table(*join.right);
    }
    if (bracketed) put(")");
    if (join.on) {
        put(" ON ");
        write_expression(*join.on);
    }
    if (!join.using_columns.empty()) {
        put(" USING ");
        write_name_list(join.using_columns);
    }
}

void SqlWriterPass::write_simple_table(const ast::TableReference& table) {
    const OriginScope scope(*this, table.span);
    if (const auto* named = std::get_if<ast::NamedTable>(&table.node)) {
        write_qualified_name(named->name);
    } else if (const auto* derived = std::get_if<ast::DerivedTable>(&table.node)) {
        if (derived->lateral) put("LATERAL ");
        write_nested_query(*derived->query);
    } else if (const auto* function = std::get_if<ast::TableFunction>(&table.node)) {
        if (function->lateral) put("LATERAL ");
        write_expression(function->call);
        if (function->with_ordinality) put(" WITH ORDINALITY");
    } else if (const auto* scan = std::get_if<ast::BoundScan>(&table.node)) {
        put(options_.scan_text ? options_.scan_text(*scan) : fmt::format("input_{}", scan->input));
    }
    write_table_suffix(table);
}

void SqlWriterPass::write_table_suffix(const ast::TableReference& table) {
    const OriginScope scope(*this, table.span);
    if (table.alias) {
        put(" AS ");
        write_name(table.alias->name);
        if (!table.alias->columns.empty()) write_name_list(table.alias->columns);
    }
    if (!table.sample.empty()) {
        put(" TABLESAMPLE ");
        put(table.sample);
    }
}

}  // namespace laminar
