#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "catalog/query/bound_query.h"

namespace laminar {

/// CREATE of any kind. skipped: IF NOT EXISTS and it exists.
struct BoundCreate {
    CatalogObject object;
    bool replaces = false;
    bool skipped = false;
    std::optional<BoundQuery> query;             ///< Of a view, a pipeline or CREATE TABLE AS.
    std::optional<ConnectionObject> connection;  ///< That a table declares itself.
    std::string left_connection;                 ///< That the table which it replaces has declared itself; empty: none.
};

struct BoundAlterConnection {
    ConnectionObject object;  ///< With the new options.
    std::vector<std::string> changed;
};

struct BoundDrop {
    struct Target {
        ast::ObjectKind kind;
        std::string name;
    };
    ast::ObjectKind kind = ast::ObjectKind::table;
    std::vector<Target> targets;  ///< Users first (CASCADE), so that dropping in order never breaks a reference.
};

struct BoundInsert {
    std::string table;
    std::vector<std::string> columns;  ///< In the order of the query's columns.
    BoundQuery query;
};

struct BoundSelect {
    BoundQuery query;
};

struct BoundSubscribe {
    std::string name;                            ///< Shown as _stream; "query" for SUBSCRIBE TO (query).
    BoundQuery query;                            ///< SELECT * FROM name for the named form.
    std::shared_ptr<const PipelineFacts> facts;  ///< As of a pipeline of this query.
};

struct BoundWaitFor {
    std::string name;
    ast::ObjectKind kind = ast::ObjectKind::table;
    std::optional<std::uint64_t> count;  ///< Absent: one row; for a connection: until it is connected.
    bool read = false;                   ///< Of a pipeline, rows that it has read are counted, not those that come out.
    std::optional<std::chrono::microseconds> timeout;
};

struct BoundPauseResume {
    bool resume = false;
    ast::ObjectKind kind = ast::ObjectKind::pipeline;
    std::string name;
};

struct BoundShow {
    ast::Show::What what;
    std::optional<std::string> like;
};

struct BoundShowCreate {
    ast::ObjectKind kind;
    std::string name;
};

/// DESCRIBE of a relation or query (columns), of an object by name, or of a connector.
struct BoundDescribe {
    bool connector = false;
    std::string name;
    std::optional<BoundQuery> query;
};

struct BoundSet {
    std::string name;
    std::variant<std::monostate, bool, std::int64_t, double, std::string> value;
};

struct BoundExplain;

using BoundStatementNode =
    std::variant<BoundCreate, BoundAlterConnection, BoundDrop, BoundInsert, BoundSelect, BoundSubscribe, BoundWaitFor,
                 BoundPauseResume, BoundShow, BoundShowCreate, BoundDescribe, BoundSet, std::shared_ptr<BoundExplain>>;

struct BoundStatement {
    SourceSpan span;
    BoundStatementNode node;
};

struct BoundExplain {
    bool analyze = false;
    BoundStatement statement;
};

}  // namespace laminar
