// Queries: clauses and set operations.
#include <variant>
#include <vector>

#include "parser/write/sql_writer_pass.h"

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

}  // namespace laminar
