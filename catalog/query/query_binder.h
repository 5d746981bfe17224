#pragma once

#include <optional>

#include "catalog/objects/catalog.h"
#include "catalog/objects/connector_registry.h"
#include "catalog/query/bound_query.h"
#include "parser/ast/query.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Resolves the relations, columns and functions of a query:
///  - every relation of the catalog becomes a BoundScan (views are inlined), under the name the user gave it;
///  - the columns a connection is asked for are collected and typed by their use;
///  - metadata columns can be named but stay out of '*';
///  - Laminar's own functions are replaced by expressions of the engine.
/// Then the QueryChecker decides about types. Every problem is reported, at the user's position; problems inside a view
/// are reported where the view is used. Borrows its arguments. Not thread-safe.
class QueryBinder {
public:
    QueryBinder(const Catalog& catalog, const ConnectorRegistry& registry, QueryChecker& checker,
                Diagnostics& diagnostics)
        : catalog_(catalog), registry_(registry), checker_(checker), diagnostics_(diagnostics) {}

    /// nullopt after reporting errors. Notes (L407) name columns whose type only the first messages tell.
    /// A result column named open_fields_column stands for fields that are not known before messages arrive.
    [[nodiscard]] std::optional<BoundQuery> bind(const SourceTextPtr& source, const ast::Query& query);

private:
    const Catalog& catalog_;
    const ConnectorRegistry& registry_;
    QueryChecker& checker_;
    Diagnostics& diagnostics_;
};

}  // namespace laminar
