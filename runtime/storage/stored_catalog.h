#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/bind/bound_statement.h"
#include "catalog/objects/catalog.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// An object of the catalog as a data directory keeps it: as statements.
struct StoredObject {
    ast::ObjectKind kind = ast::ObjectKind::table;
    std::string name;
    std::string declared;    ///< As it was declared: what a script that declares it again is compared with.
    std::string definition;  ///< As it is: what makes it anew.
    bool paused = false;     ///< Of pipelines and connections.
};

/// A CREATE as it is kept and compared: without OR REPLACE and IF NOT EXISTS.
[[nodiscard]] std::string declaration_text(ast::Statement statement);

/// The catalog of a data directory, in tables of the engine's database: what is written to it comes and goes with the
/// caller's transaction. Engine thread only.
class StoredCatalog {
public:
    /// Makes its tables where there are none. Throws EngineException.
    explicit StoredCatalog(Engine& engine);

    /// All objects, each after those that it depends on. Throws EngineException.
    [[nodiscard]] std::vector<StoredObject> read();
    /// What the statement changes in a catalog. Throws EngineException.
    void write(const BoundStatement& statement, const Catalog& before);
    /// Throws EngineException.
    void set_paused(ast::ObjectKind kind, std::string_view name, bool paused);
    /// Forgets an object. Throws EngineException.
    void remove(ast::ObjectKind kind, std::string_view name);
    /// Names of those that depend on it directly, with their kinds. Throws EngineException.
    [[nodiscard]] std::vector<StoredObject> users_of(ast::ObjectKind kind, std::string_view name);

private:
    void write_object(const CatalogObject& object, bool keeps_declaration);

    Engine& engine_;
};

}  // namespace laminar
