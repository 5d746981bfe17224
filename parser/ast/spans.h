#pragma once

#include <type_traits>
#include <variant>

#include "parser/ast/visit.h"

namespace laminar::ast {

/// Makes every node of a query report the same place: for text that was written elsewhere (the query of a view that is
/// used inside another query).
class SpanOverwriter {
public:
    explicit SpanOverwriter(SourceSpan span) : span_(span) {}

    void operator()(Expression& expression) {
        expression.span = span_;
        std::visit([this](auto& node) { overwrite(node); }, expression.node);
        for_each_child_of_expression(expression, *this, *this);
    }
    void operator()(TableReference& table) {
        table.span = span_;
        if (table.alias) {
            overwrite(table.alias->name);
            for (Identifier& column : table.alias->columns) overwrite(column);
        }
        if (auto* named = std::get_if<NamedTable>(&table.node)) overwrite(named->name);
        if (auto* join = std::get_if<Join>(&table.node)) {
            for (Identifier& column : join->using_columns) overwrite(column);
        }
        for_each_child_of_table(table, *this, *this, *this);
    }
    void operator()(Query& query) {
        query.span = span_;
        for (CommonTableExpression& table : query.with) {
            overwrite(table.name);
            for (Identifier& column : table.columns) overwrite(column);
        }
        overwrite(query.body);
        for_each_child_of_query(query, *this, *this, *this);
    }

private:
    template <class Node>
    void overwrite(Node&) {}
    void overwrite(Identifier& identifier) { identifier.span = span_; }
    void overwrite(QualifiedName& name) {
        name.span = span_;
        for (Identifier& part : name.parts) overwrite(part);
    }
    void overwrite(ColumnReference& reference) {
        for (Identifier& part : reference.parts) overwrite(part);
    }
    void overwrite(Star& star) {
        for (QualifiedName& name : star.exclude) overwrite(name);
        for (auto& [name, renamed] : star.rename) {
            overwrite(name);
            overwrite(renamed);
        }
    }
    void overwrite(Binary& binary) { binary.op_span = span_; }
    void overwrite(FunctionCall& call) {
        overwrite(call.name);
        if (call.over) call.over->span = span_;
    }
    void overwrite(QueryBody& body) {
        body.span = span_;
        if (auto* select = std::get_if<Select>(&body.node)) {
            for (SelectItem& item : select->items) {
                if (item.alias) overwrite(*item.alias);
            }
            for (NamedWindow& window : select->windows) window.specification.span = span_;
        } else if (auto* operation = std::get_if<SetOperation>(&body.node)) {
            if (operation->left) overwrite(*operation->left);
            if (operation->right) overwrite(*operation->right);
        }
    }

    SourceSpan span_;
};

inline void set_spans(Query& query, SourceSpan span) { SpanOverwriter{span}(query); }

}  // namespace laminar::ast
