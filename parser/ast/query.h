#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "parser/ast/expression.h"

namespace laminar::ast {

struct TableReference;
using TableReferenceBox = Box<TableReference>;

struct TableAlias {
    Identifier name;
    std::vector<Identifier> columns;  ///< AS t(a, b).
};

/// A relation by name: table, view, connection, pipeline, CTE, system table.
struct NamedTable {
    QualifiedName name;
};

struct DerivedTable {
    bool lateral = false;
    Box<Query> query;
};

/// range(10), UNNEST(list), read_csv('f').
struct TableFunction {
    bool lateral = false;
    bool with_ordinality = false;
    Expression call;  ///< A FunctionCall.
};

struct Join {
    enum class Kind { inner, left, right, full, cross, semi, anti, positional };
    Kind kind = Kind::inner;
    bool natural = false;
    bool asof = false;
    bool comma = false;  ///< Written FROM a, b (kind cross).
    TableReferenceBox left;
    TableReferenceBox right;
    ExpressionBox on;
    std::vector<Identifier> using_columns;
};

/// Produced by the query binder alone, never by the parser: a catalog relation whose rows come from
/// Laminar (a stream batch, a retained table, a system table). The SQL writer asks its caller for the text.
struct BoundScan {
    std::size_t input = 0;  ///< Index into BoundQuery::inputs.
};

struct TableReferenceNode : std::variant<NamedTable, DerivedTable, TableFunction, Join, BoundScan> {
    using variant::variant;
    TableReferenceNode();
    TableReferenceNode(const TableReferenceNode&);
    TableReferenceNode(TableReferenceNode&&) noexcept;
    TableReferenceNode& operator=(const TableReferenceNode&);
    TableReferenceNode& operator=(TableReferenceNode&&) noexcept;
    ~TableReferenceNode();
};

struct TableReference {
    using Node = TableReferenceNode;
    SourceSpan span;
    Node node;
    std::optional<TableAlias> alias;
    std::string sample;  ///< Text after TABLESAMPLE, verbatim; empty without.
};

struct SelectItem {
    Expression value;
    std::optional<Identifier> alias;
};

struct GroupingElement {
    enum class Kind { expression, grouping_sets, rollup, cube, empty_set };
    Kind kind = Kind::expression;
    std::vector<Expression> expressions;    ///< One for expression; the list of rollup/cube.
    std::vector<GroupingElement> elements;  ///< Of grouping_sets.
};

struct NamedWindow {
    Identifier name;
    WindowSpecification specification;
};

struct Select {
    bool distinct = false;
    std::vector<Expression> distinct_on;
    std::vector<SelectItem> items;
    TableReferenceBox from;  ///< Empty without FROM; commas are joins.
    ExpressionBox where;
    bool group_by_all = false;
    std::vector<GroupingElement> group_by;
    ExpressionBox having;
    std::vector<NamedWindow> windows;
    ExpressionBox qualify;
    std::string sample;  ///< USING SAMPLE ..., verbatim.
};

struct Values {
    std::vector<std::vector<Expression>> rows;
};

struct QueryBody;

struct SetOperation {
    enum class Kind { union_, intersect, except };
    Kind kind = Kind::union_;
    bool all = false;
    bool by_name = false;
    Box<QueryBody> left;
    Box<QueryBody> right;
};

/// ( query ) as an operand of a set operation.
struct NestedQuery {
    Box<Query> query;
};

struct QueryBodyNode : std::variant<Select, Values, SetOperation, NestedQuery> {
    using variant::variant;
    QueryBodyNode();
    QueryBodyNode(const QueryBodyNode&);
    QueryBodyNode(QueryBodyNode&&) noexcept;
    QueryBodyNode& operator=(const QueryBodyNode&);
    QueryBodyNode& operator=(QueryBodyNode&&) noexcept;
    ~QueryBodyNode();
};

struct QueryBody {
    using Node = QueryBodyNode;
    SourceSpan span;
    Node node;
};

struct CommonTableExpression {
    Identifier name;
    std::vector<Identifier> columns;
    enum class Materialized { unspecified, yes, no } materialized = Materialized::unspecified;
    Box<Query> query;
};

struct Query {
    SourceSpan span;
    bool recursive = false;
    std::vector<CommonTableExpression> with;
    QueryBody body;
    bool order_by_all = false;
    std::vector<OrderItem> order_by;
    ExpressionBox limit;
    bool limit_percent = false;
    ExpressionBox offset;
};

}  // namespace laminar::ast
