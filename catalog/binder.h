#pragma once

#include <optional>

#include "catalog/bound_statement.h"
#include "catalog/catalog.h"
#include "catalog/connector_registry.h"
#include "parser/ast/statement.h"
#include "parser/diagnostic.h"

namespace laminar {

/// Turns statements into checked ones: resolves names against the catalog, validates options against the connector's
/// schema, infers the columns of connections that are queried directly, and has queries checked by the QueryChecker.
/// Reports every problem of a statement, not the first alone. Touches neither network nor disk.
/// Borrows all its arguments; use one per script and from one thread.
class Binder {
public:
    Binder(Catalog& catalog, const ConnectorRegistry& registry, QueryChecker& checker, Diagnostics& diagnostics);

    /// nullopt when errors were reported. The catalog is not changed.
    [[nodiscard]] std::optional<BoundStatement> bind(const SourceTextPtr& source, const ast::Statement& statement);

private:
    Catalog& catalog_;
    const ConnectorRegistry& registry_;
    QueryChecker& checker_;
    Diagnostics& diagnostics_;
};

/// Carries out the catalog part of a bound statement (create, alter, drop); others change nothing.
void apply_to_catalog(const BoundStatement& statement, Catalog& catalog);

}  // namespace laminar
