#include "runtime/plan/logical/composed_query.h"

#include <utility>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/logical/scans.h"

namespace laminar::logical {

namespace {

bool is_numbered(const Node& node) { return keeps_state(node) || std::holds_alternative<Scan>(node.kind); }

/// A query as an operand of a union.
ast::Box<ast::QueryBody> as_operand(ast::Query query) {
    const bool is_block = std::holds_alternative<ast::Select>(query.body.node) && query.order_by.empty() &&
                          !query.order_by_all && !query.limit && !query.offset && query.with.empty();
    if (is_block) return ast::Box<ast::QueryBody>(std::move(query.body));
    ast::QueryBody nested;
    nested.node = ast::NestedQuery{std::move(query)};
    return ast::Box<ast::QueryBody>(std::move(nested));
}

ast::Query composed(const UnionAll& both, const Node& node) {
    ast::SetOperation operation;
    operation.kind = ast::SetOperation::Kind::union_;
    operation.all = true;
    operation.by_name = both.by_name;
    operation.left = as_operand(composed_query(node.inputs.front()));
    operation.right = as_operand(composed_query(node.inputs.back()));
    ast::Query query;
    query.body.node = std::move(operation);
    return query;
}

ast::Query composed(const Rows& rows, const Node& node) {
    ast::Query query = rows.query;
    for_each_scan(query, [&](ast::TableReference& table) {
        const Node& input = node.inputs.at(std::get<ast::BoundScan>(table.node).input);
        if (is_numbered(input))
            table.node = ast::BoundScan{input.number};
        else
            table.node = ast::DerivedTable{false, composed_query(input)};
    });
    return query;
}

}  // namespace

ast::Query composed_query(const Node& node) {
    if (const auto* rows = std::get_if<Rows>(&node.kind)) return composed(*rows, node);
    if (const auto* both = std::get_if<UnionAll>(&node.kind)) return composed(*both, node);
    ast::Select all;
    all.items.push_back(make_star());
    all.from = make_scan(node.number, "__rows_below");
    return make_query(std::move(all));
}

ast::Select composed_block(const Node& input) { return std::get<ast::Select>(composed_query(input).body.node); }

}  // namespace laminar::logical
