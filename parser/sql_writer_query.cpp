// Queries: clauses, set operations, relations.
#include <fmt/format.h>

#include <string>
#include <variant>
#include <vector>

#include "parser/sql_writer_pass.h"

namespace laminar {
namespace {

std::string_view set_operator(const ast::SetOperation& operation) {
    switch (operation.kind) {
        case ast::SetOperation::Kind::union_:
            return "UNION";
        case ast::SetOperation::Kind::intersect:
            return "INTERSECT";
        case ast::SetOperation::Kind::except:
            return "EXCEPT";
    }
    return "UNION";
}

bool is_intersection(const ast::SetOperation& operation) {
    return operation.kind == ast::SetOperation::Kind::intersect;
}

/// INTERSECT binds tighter than UNION and EXCEPT, which stand side by side.
bool needs_parentheses_at_left(const ast::SetOperation& parent, const ast::QueryBody& child) {
    const auto* operation = std::get_if<ast::SetOperation>(&child.node);
    return operation != nullptr && is_intersection(parent) && !is_intersection(*operation);
}

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

void SqlWriterPass::begin_clause(std::string_view keyword) {
    put(dialect_ == SqlDialect::laminar && query_depth_ == 1 ? "\n" : " ");
    put(keyword);
}

void SqlWriterPass::write_query(const ast::Query& query) {
    const OriginScope scope(*this, query.span);
    ++query_depth_;
    if (!query.with.empty()) {
        put(query.recursive ? "WITH RECURSIVE " : "WITH ");
        write_list(query.with, [this](const ast::CommonTableExpression& table) { write_common_table(table); });
        begin_clause("");
    }
    write_body(query.body);
    if (query.order_by_all) {
        begin_clause("ORDER BY ALL");
    } else if (!query.order_by.empty()) {
        begin_clause("ORDER BY ");
        write_order_items(query.order_by);
    }
    if (query.limit) {
        begin_clause("LIMIT ");
        write_expression(*query.limit);
        if (query.limit_percent) put(" PERCENT");
    }
    if (query.offset) {
        begin_clause("OFFSET ");
        write_expression(*query.offset);
    }
    --query_depth_;
}

void SqlWriterPass::write_nested_query(const ast::Query& query) {
    put("(");
    // Clauses of inner queries stay on their line.
    ++query_depth_;
    write_query(query);
    --query_depth_;
    put(")");
}

void SqlWriterPass::write_common_table(const ast::CommonTableExpression& table) {
    write_name(table.name);
    if (!table.columns.empty()) write_name_list(table.columns);
    switch (table.materialized) {
        case ast::CommonTableExpression::Materialized::unspecified:
            put(" AS ");
            break;
        case ast::CommonTableExpression::Materialized::yes:
            put(" AS MATERIALIZED ");
            break;
        case ast::CommonTableExpression::Materialized::no:
            put(" AS NOT MATERIALIZED ");
            break;
    }
    write_nested_query(*table.query);
}

void SqlWriterPass::write_body(const ast::QueryBody& body) {
    // A chain of UNION ALL is a spine of left sides; it is walked down, then written upwards.
    std::vector<const ast::SetOperation*> operations;
    const ast::QueryBody* first = &body;
    while (const auto* operation = std::get_if<ast::SetOperation>(&first->node)) {
        operations.push_back(operation);
        first = &*operation->left;
        if (needs_parentheses_at_left(*operation, *first)) break;
    }
    if (std::holds_alternative<ast::SetOperation>(first->node)) {
        write_body_in_parentheses(*first);
    } else {
        write_simple_body(*first);
    }
    for (auto operation = operations.rbegin(); operation != operations.rend(); ++operation) {
        begin_clause(set_operator(**operation));
        if ((*operation)->all) put(" ALL");
        if ((*operation)->by_name) put(" BY NAME");
        begin_clause("");
        const ast::QueryBody& right = *(*operation)->right;
        if (std::holds_alternative<ast::SetOperation>(right.node)) {
            write_body_in_parentheses(right);
        } else {
            write_simple_body(right);
        }
    }
}

void SqlWriterPass::write_body_in_parentheses(const ast::QueryBody& body) {
    put("(");
    ++query_depth_;
    write_body(body);
    --query_depth_;
    put(")");
}

void SqlWriterPass::write_simple_body(const ast::QueryBody& body) {
    const OriginScope scope(*this, body.span);
    if (const auto* select = std::get_if<ast::Select>(&body.node)) return write_select(*select);
    if (const auto* values = std::get_if<ast::Values>(&body.node)) return write_values(*values);
    if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) write_nested_query(*nested->query);
}

void SqlWriterPass::write_values(const ast::Values& values) {
    put("VALUES ");
    write_list(values.rows, [this](const std::vector<ast::Expression>& row) {
        put("(");
        write_expressions(row);
        put(")");
    });
}

void SqlWriterPass::write_select_items(const ast::Select& select) {
    const bool spread = dialect_ == SqlDialect::laminar && query_depth_ == 1 && select.items.size() > 1;
    bool first = true;
    for (const ast::SelectItem& item : select.items) {
        if (!first) put(",");
        put(spread ? "\n    " : " ");
        first = false;
        write_expression(item.value);
        if (item.alias) {
            put(" AS ");
            write_name(*item.alias);
        }
    }
    if (select.items.empty()) put(" *");
}

void SqlWriterPass::write_select(const ast::Select& select) {
    put("SELECT");
    if (select.distinct || !select.distinct_on.empty()) put(" DISTINCT");
    if (!select.distinct_on.empty()) {
        put(" ON (");
        write_expressions(select.distinct_on);
        put(")");
    }
    write_select_items(select);
    if (select.from) {
        begin_clause("FROM ");
        write_table(*select.from);
    }
    if (select.where) {
        begin_clause("WHERE ");
        write_expression(*select.where);
    }
    if (select.group_by_all) {
        begin_clause("GROUP BY ALL");
    } else if (!select.group_by.empty()) {
        begin_clause("GROUP BY ");
        write_list(select.group_by, [this](const ast::GroupingElement& element) { write_grouping(element); });
    }
    if (select.having) {
        begin_clause("HAVING ");
        write_expression(*select.having);
    }
    if (!select.windows.empty()) {
        begin_clause("WINDOW ");
        write_list(select.windows, [this](const ast::NamedWindow& window) {
            write_name(window.name);
            put(" AS ");
            write_window(window.specification);
        });
    }
    if (select.qualify) {
        begin_clause("QUALIFY ");
        write_expression(*select.qualify);
    }
    if (!select.sample.empty()) {
        begin_clause("USING SAMPLE ");
        put(select.sample);
    }
}

void SqlWriterPass::write_grouping(const ast::GroupingElement& element) {
    switch (element.kind) {
        case ast::GroupingElement::Kind::expression:
            return write_expressions(element.expressions);
        case ast::GroupingElement::Kind::empty_set:
            return put("()");
        case ast::GroupingElement::Kind::rollup:
            put("ROLLUP (");
            break;
        case ast::GroupingElement::Kind::cube:
            put("CUBE (");
            break;
        case ast::GroupingElement::Kind::grouping_sets:
            put("GROUPING SETS (");
            write_list(element.elements, [this](const ast::GroupingElement& set) { write_grouping(set); });
            return put(")");
    }
    write_expressions(element.expressions);
    put(")");
}

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
