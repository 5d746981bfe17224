#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/bind/bound_statement.h"
#include "catalog/objects/catalog.h"
#include "catalog/objects/connector_registry.h"
#include "parser/ast/statement.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Turns statements into checked ones: resolves names against the catalog, validates options against the connector's
/// schema, infers the columns of connections that are queried directly, and has queries checked by the QueryChecker.
/// Reports every problem of a statement, not the first alone. Touches neither network nor disk.
/// Borrows all its arguments; use one per script and from one thread.
class Binder {
public:
    Binder(const Catalog& catalog, const ConnectorRegistry& registry, QueryChecker& checker, Diagnostics& diagnostics);

    /// nullopt when errors were reported. The catalog is not changed; functions become known to the checker.
    [[nodiscard]] std::optional<BoundStatement> bind(const SourceTextPtr& source, const ast::Statement& statement);

    /// For rows that are there already: the table that they are written to, by columns of it that are listed, as INSERT
    /// INTO name (columns) has them. Null after reporting that it takes no rows, or none by these columns; such errors
    /// have no place. The table is the catalog's.
    [[nodiscard]] const TableObject* find_sink(const std::string& name, const std::vector<std::string>& columns);

    /// Whether options that this build accepts without acting on them are warned about (L501): on where statements are
    /// executed, off (the default) where they are only checked.
    void set_warn_of_ineffective_options(bool warn) noexcept { warn_of_ineffective_options_ = warn; }

private:
    [[nodiscard]] std::optional<BoundStatement> bind(const SourceTextPtr& source, const ast::Statement& statement,
                                                     bool explained);

    const Catalog& catalog_;
    const ConnectorRegistry& registry_;
    QueryChecker& checker_;
    Diagnostics& diagnostics_;
    bool warn_of_ineffective_options_ = false;
};

/// Makes the checker know again the functions that the catalog has, after a statement that creates or drops some was
/// bound but not carried out.
void restore_functions(const BoundStatement& statement, const Catalog& catalog, QueryChecker& checker);

/// Carries out the catalog part of a bound statement (create, alter, drop); others change nothing.
void apply_to_catalog(const BoundStatement& statement, Catalog& catalog);

}  // namespace laminar
