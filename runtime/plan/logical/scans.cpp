#include "runtime/plan/logical/scans.h"

#include "parser/ast/visit.h"

namespace laminar::logical {

namespace {

void for_each_scan(ast::Expression& expression, const OnScan& on_scan) {
    ast::for_each_child_of_expression(
        expression, [&](ast::Expression& child) { for_each_scan(child, on_scan); },
        [&](ast::Query& query) { logical::for_each_scan(query, on_scan); });
}

}  // namespace

void for_each_scan(ast::Query& query, const OnScan& on_scan) {
    ast::for_each_child_of_query(
        query, [&](ast::Expression& expression) { for_each_scan(expression, on_scan); },
        [&](ast::Query& nested) { for_each_scan(nested, on_scan); },
        [&](ast::TableReference& table) { for_each_scan(table, on_scan); });
}

void for_each_scan(ast::TableReference& table, const OnScan& on_scan) {
    if (std::holds_alternative<ast::BoundScan>(table.node)) return on_scan(table);
    ast::for_each_child_of_table(
        table, [&](ast::Expression& expression) { for_each_scan(expression, on_scan); },
        [&](ast::Query& query) { for_each_scan(query, on_scan); },
        [&](ast::TableReference& child) { for_each_scan(child, on_scan); });
}

void for_each_scan_beside_from(ast::Select& select, const OnScan& on_scan) {
    ast::for_each_child_of_select(
        select, [&](ast::Expression& expression) { for_each_scan(expression, on_scan); }, [](ast::TableReference&) {});
}

}  // namespace laminar::logical
