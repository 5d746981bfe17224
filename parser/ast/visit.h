#pragma once

#include <type_traits>
#include <variant>

#include "parser/ast/query.h"

namespace laminar::ast {

/// Walks over the children of AST nodes, const or mutable. Every function takes callables for the kinds of children:
///   on_expression(Expression&)  a direct child expression
///   on_query(Query&)            a direct nested query (subquery, EXISTS, IN, derived table, CTE)
///   on_table(TableReference&)   a direct relation of a FROM clause
/// (const-qualified when the node is const). Children come in the order in which they stand in the text. Only one
/// level is visited: the callable recurses if it wants to go deeper, so that it decides about scopes and pruning.

template <class Specification, class OnExpression>
void for_each_child_of_window(Specification& specification, OnExpression&& on_expression) {
    for (auto& key : specification.partition_by) on_expression(key);
    for (auto& item : specification.order_by) on_expression(item.value);
    if (specification.frame) {
        if (specification.frame->begin.offset) on_expression(*specification.frame->begin.offset);
        if (specification.frame->end && specification.frame->end->offset) {
            on_expression(*specification.frame->end->offset);
        }
    }
}

/// Node is Expression or const Expression.
template <class Node, class OnExpression, class OnQuery>
void for_each_child_of_expression(Node& expression, OnExpression&& on_expression, OnQuery&& on_query) {
    const auto child = [&](auto& box) {
        if (box) on_expression(*box);
    };
    const auto entries = [&](auto& list) {
        for (auto& entry : list) {
            on_expression(entry.key);
            on_expression(entry.value);
        }
    };
    const auto visitor = [&](auto& node) {
        using T = std::remove_cvref_t<decltype(node)>;
        if constexpr (std::is_same_v<T, IntervalLiteral>) {
            child(node.value);
        } else if constexpr (std::is_same_v<T, Star>) {
            for (auto& replacement : node.replace) on_expression(replacement.value);
        } else if constexpr (std::is_same_v<T, Unary> || std::is_same_v<T, Cast> || std::is_same_v<T, Extract> ||
                             std::is_same_v<T, FieldAccess> || std::is_same_v<T, Collate>) {
            child(node.operand);
        } else if constexpr (std::is_same_v<T, Binary>) {
            child(node.left);
            child(node.right);
        } else if constexpr (std::is_same_v<T, FunctionCall>) {
            for (auto& argument : node.arguments) on_expression(argument.value);
            for (auto& item : node.order_by) on_expression(item.value);
            for (auto& item : node.within_group) on_expression(item.value);
            child(node.filter);
            if (node.over) for_each_child_of_window(*node.over, on_expression);
        } else if constexpr (std::is_same_v<T, Case>) {
            child(node.operand);
            for (auto& branch : node.branches) {
                on_expression(branch.condition);
                on_expression(branch.result);
            }
            child(node.otherwise);
        } else if constexpr (std::is_same_v<T, In>) {
            child(node.operand);
            for (auto& value : node.values) on_expression(value);
            if (node.query) on_query(*node.query);
            child(node.list);
        } else if constexpr (std::is_same_v<T, Between>) {
            child(node.operand);
            child(node.low);
            child(node.high);
        } else if constexpr (std::is_same_v<T, Like>) {
            child(node.operand);
            child(node.pattern);
            child(node.escape);
        } else if constexpr (std::is_same_v<T, Is>) {
            child(node.operand);
            child(node.right);
        } else if constexpr (std::is_same_v<T, Exists> || std::is_same_v<T, Subquery>) {
            if (node.query) on_query(*node.query);
        } else if constexpr (std::is_same_v<T, Quantified>) {
            child(node.operand);
            if (node.query) on_query(*node.query);
            child(node.list);
        } else if constexpr (std::is_same_v<T, ListLiteral> || std::is_same_v<T, Tuple>) {
            for (auto& element : node.elements) on_expression(element);
        } else if constexpr (std::is_same_v<T, ListComprehension>) {
            child(node.element);
            child(node.list);
            child(node.condition);
        } else if constexpr (std::is_same_v<T, MapLiteral> || std::is_same_v<T, StructLiteral> ||
                             std::is_same_v<T, JsonObject>) {
            entries(node.entries);
        } else if constexpr (std::is_same_v<T, Subscript>) {
            child(node.operand);
            child(node.begin);
            child(node.end);
            child(node.step);
        } else if constexpr (std::is_same_v<T, Lambda>) {
            child(node.body);
        } else if constexpr (std::is_same_v<T, AtTimeZone>) {
            child(node.operand);
            child(node.zone);
        } else if constexpr (std::is_same_v<T, Parenthesized>) {
            child(node.inner);
        } else if constexpr (std::is_same_v<T, TimeWindow>) {
            child(node.time);
            child(node.slide);
            child(node.size);
            child(node.offset);
        } else if constexpr (std::is_same_v<T, Acknowledge>) {
            child(node.connection);
            child(node.message_id);
        } else {
            static_assert(std::is_same_v<T, Literal> || std::is_same_v<T, TypedLiteral> ||
                              std::is_same_v<T, ColumnReference> || std::is_same_v<T, PresentTime>,
                          "every expression node says what its children are");
        }
    };
    std::visit(visitor, expression.node);
}

/// Node is TableReference or const TableReference.
template <class Node, class OnExpression, class OnQuery, class OnTable>
void for_each_child_of_table(Node& table, OnExpression&& on_expression, OnQuery&& on_query, OnTable&& on_table) {
    const auto visitor = [&](auto& node) {
        using T = std::remove_cvref_t<decltype(node)>;
        if constexpr (std::is_same_v<T, DerivedTable>) {
            if (node.query) on_query(*node.query);
        } else if constexpr (std::is_same_v<T, TableFunction>) {
            on_expression(node.call);
        } else if constexpr (std::is_same_v<T, Join>) {
            if (node.left) on_table(*node.left);
            if (node.right) on_table(*node.right);
            if (node.on) on_expression(*node.on);
        }
    };
    std::visit(visitor, table.node);
}

template <class Element, class OnExpression>
void for_each_child_of_grouping(Element& element, OnExpression&& on_expression) {
    for (auto& expression : element.expressions) on_expression(expression);
    for (auto& nested : element.elements) for_each_child_of_grouping(nested, on_expression);
}

/// Node is Select or const Select.
template <class Node, class OnExpression, class OnTable>
void for_each_child_of_select(Node& select, OnExpression&& on_expression, OnTable&& on_table) {
    for (auto& expression : select.distinct_on) on_expression(expression);
    for (auto& item : select.items) on_expression(item.value);
    if (select.from) on_table(*select.from);
    if (select.where) on_expression(*select.where);
    for (auto& element : select.group_by) for_each_child_of_grouping(element, on_expression);
    if (select.having) on_expression(*select.having);
    for (auto& window : select.windows) for_each_child_of_window(window.specification, on_expression);
    if (select.qualify) on_expression(*select.qualify);
}

/// Node is QueryBody or const QueryBody. Goes through set operations: their operands are not children of their own.
template <class Node, class OnExpression, class OnQuery, class OnTable>
void for_each_child_of_body(Node& body, OnExpression&& on_expression, OnQuery&& on_query, OnTable&& on_table) {
    const auto visitor = [&](auto& node) {
        using T = std::remove_cvref_t<decltype(node)>;
        if constexpr (std::is_same_v<T, Select>) {
            for_each_child_of_select(node, on_expression, on_table);
        } else if constexpr (std::is_same_v<T, Values>) {
            for (auto& row : node.rows) {
                for (auto& value : row) on_expression(value);
            }
        } else if constexpr (std::is_same_v<T, SetOperation>) {
            if (node.left) for_each_child_of_body(*node.left, on_expression, on_query, on_table);
            if (node.right) for_each_child_of_body(*node.right, on_expression, on_query, on_table);
        } else {
            if (node.query) on_query(*node.query);
        }
    };
    std::visit(visitor, body.node);
}

/// Node is Query or const Query.
template <class Node, class OnExpression, class OnQuery, class OnTable>
void for_each_child_of_query(Node& query, OnExpression&& on_expression, OnQuery&& on_query, OnTable&& on_table) {
    for (auto& expression : query.with) {
        if (expression.query) on_query(*expression.query);
    }
    for_each_child_of_body(query.body, on_expression, on_query, on_table);
    for (auto& item : query.order_by) on_expression(item.value);
    if (query.limit) on_expression(*query.limit);
    if (query.offset) on_expression(*query.offset);
}

/// Calls visit(Expression&) for every expression at or below a node, subqueries included, children before parents
/// (so that visit may replace the node it is given).
template <class Visit>
class DeepExpressionWalk {
public:
    explicit DeepExpressionWalk(Visit& visit) : visit_(visit) {}

    template <class Node>
        requires std::is_same_v<std::remove_const_t<Node>, Expression>
    void operator()(Node& expression) {
        for_each_child_of_expression(expression, *this, *this);
        visit_(expression);
    }
    template <class Node>
        requires std::is_same_v<std::remove_const_t<Node>, Query>
    void operator()(Node& query) {
        for_each_child_of_query(query, *this, *this, *this);
    }
    template <class Node>
        requires std::is_same_v<std::remove_const_t<Node>, TableReference>
    void operator()(Node& table) {
        for_each_child_of_table(table, *this, *this, *this);
    }

private:
    Visit& visit_;
};

/// Root is Expression, Query or TableReference, const or not.
template <class Root, class Visit>
void visit_expressions(Root& root, Visit&& visit) {
    DeepExpressionWalk<std::remove_reference_t<Visit>> walk(visit);
    walk(root);
}

}  // namespace laminar::ast
