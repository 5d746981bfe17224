#pragma once

#include <set>
#include <string>

#include "catalog/bind/bound_statement.h"
#include "catalog/objects/catalog.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Warnings about what is legal and yet likely to be regretted in production (L511 to L516). Diagnostics must be bound
/// to the source of the statement, or of the objects, that is looked at.

/// Of one connection: credentials over plain ws, certificates not verified, secrets written in clear, a server that
/// anyone can use. statement is the CREATE or ALTER CONNECTION that gave it its options.
void report_connection_risks(const ConnectionObject& connection, const ast::Statement& statement,
                             Diagnostics& diagnostics);

/// Of a table's own options: secrets written in clear.
void report_table_risks(const ast::Statement& statement, Diagnostics& diagnostics);

/// Says (L505) by which time windows go that name none.
void report_chosen_times(const BoundStatement& statement, Diagnostics& diagnostics);

/// Which catalog objects the statements of a script use that leave no object behind (queries, inserts, WAIT FOR).
class ObjectUse {
public:
    void add(const BoundStatement& statement);
    [[nodiscard]] bool contains(std::string_view name) const;
    /// Whether any statement was more than a declaration of connections, functions and settings.
    [[nodiscard]] bool has_consumers() const noexcept { return has_consumers_; }

private:
    void add(const BoundQuery& query);

    std::set<std::string, std::less<>> names_;  ///< Case folded.
    bool has_consumers_ = false;
};

/// Of the objects that one source declares: connections that nothing uses (not when the script declares connections
/// alone: then it is there for others), pipelines without a sink that nothing reads.
void report_unused(const Catalog& catalog, const ObjectUse& use, const SourceTextPtr& source, Diagnostics& diagnostics);

}  // namespace laminar
