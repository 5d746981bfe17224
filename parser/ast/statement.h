#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "parser/ast/option.h"
#include "parser/ast/query.h"

namespace laminar::ast {

struct CreateConnection {
    bool or_replace = false;
    bool if_not_exists = false;
    Identifier name;
    Identifier connector;
    std::vector<Option> options;
};

/// ALTER CONNECTION n SET (option = value, ...).
struct AlterConnection {
    Identifier name;
    std::vector<Option> options;
};

struct ColumnDefinition {
    Identifier name;
    TypeName type;  ///< Without a name where it is that of what the column is computed from.
    bool not_null = false;
    bool primary_key = false;
    ExpressionBox default_value;
    ExpressionBox generated;      ///< AS expr, with or without a type; also GENERATED ALWAYS AS (expr).
    std::vector<Option> options;  ///< Column WITH (json_path = '$.a.b').
    SourceSpan span;
};

/// WATERMARK FOR column [AS expression].
struct WatermarkDefinition {
    Identifier column;
    ExpressionBox expression;
    SourceSpan span;
};

struct CreateTable {
    bool or_replace = false;
    bool if_not_exists = false;
    Identifier name;
    std::vector<ColumnDefinition> columns;  ///< Empty for a sink that takes its query's columns.
    std::vector<Identifier> primary_key;    ///< PRIMARY KEY (a, b) as a table constraint.
    std::optional<WatermarkDefinition> watermark;
    std::vector<Option> options;  ///< WITH (...).
    bool has_column_list = false;
    Box<Query> as_query;  ///< CREATE TABLE n AS query (stored tables).
};

struct CreateView {
    bool or_replace = false;
    bool if_not_exists = false;
    Identifier name;
    std::vector<Identifier> columns;
    Box<Query> query;
};

struct CreatePipeline {
    bool or_replace = false;
    bool if_not_exists = false;
    Identifier name;
    std::vector<Option> options;  ///< CREATE PIPELINE n WITH (...) AS.
    std::optional<Identifier> sink;
    std::vector<Identifier> sink_columns;
    Box<Query> query;
};

struct CreateFunction {
    bool or_replace = false;
    bool if_not_exists = false;
    Identifier name;
    std::vector<Identifier> parameters;
    Expression body;
};

struct Insert {
    Identifier table;
    std::vector<Identifier> columns;
    Box<Query> query;  ///< VALUES is a query too.
};

struct SelectStatement {
    Box<Query> query;
};

struct Subscribe {
    std::optional<Identifier> name;  ///< Either a name
    Box<Query> query;                ///< or a query.
};

struct WaitFor {
    Identifier name;
    std::optional<std::uint64_t> count;
    bool read = false;                   ///< Rows that it has read are counted.
    std::optional<OptionValue> timeout;  ///< An Interval, or a String read as one.
};

enum class ObjectKind { connection, table, view, pipeline, function };

struct PauseResume {
    bool resume = false;
    ObjectKind kind = ObjectKind::pipeline;  ///< pipeline or connection.
    Identifier name;
};

struct Drop {
    ObjectKind kind = ObjectKind::table;
    bool if_exists = false;
    bool cascade = false;
    std::vector<Identifier> names;
};

struct Show {
    enum class What { connectors, connections, tables, views, pipelines, functions, settings };
    What what = What::tables;
    std::optional<std::string> like;
};

struct ShowCreate {
    std::optional<ObjectKind> kind;
    Identifier name;
};

struct Describe {
    bool connector = false;  ///< DESCRIBE CONNECTOR name.
    QualifiedName name;
    Box<Query> query;  ///< DESCRIBE SELECT ...
};

struct Set {
    Identifier name;
    OptionValue value;
};

struct Statement;

struct Explain {
    bool analyze = false;
    Box<Statement> statement;
};

struct StatementNode
    : std::variant<CreateConnection, AlterConnection, CreateTable, CreateView, CreatePipeline, CreateFunction, Insert,
                   SelectStatement, Subscribe, WaitFor, PauseResume, Drop, Show, ShowCreate, Describe, Set, Explain> {
    using variant::variant;
    StatementNode();
    StatementNode(const StatementNode&);
    StatementNode(StatementNode&&) noexcept;
    StatementNode& operator=(const StatementNode&);
    StatementNode& operator=(StatementNode&&) noexcept;
    ~StatementNode();
};

struct Statement {
    using Node = StatementNode;
    SourceSpan span;  ///< From the first token to the last, without the semicolon.
    Node node;
};

}  // namespace laminar::ast
