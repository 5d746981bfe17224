#pragma once

#include <functional>
#include <memory>

#include "catalog/objects/catalog.h"

namespace laminar {

/// The catalog of a database: snapshots that never change, and one catalog after the other that makes them old.
/// Thread-safe; changes come one at a time, from who holds the database's statement lock. A change costs a copy of the
/// names when somebody holds a snapshot of what it changes, and nothing else.
class CatalogStore {
public:
    CatalogStore();

    /// As of now, for as long as the caller keeps it.
    [[nodiscard]] std::shared_ptr<const Catalog> snapshot() const;
    /// Changes what snapshots to come show.
    void change(const std::function<void(Catalog&)>& change);
    /// The present one, for who may change it: valid until the next change.
    [[nodiscard]] const Catalog& current() const;

private:
    struct State;
    std::shared_ptr<State> state_;  ///< Snapshots may outlive the store.
};

}  // namespace laminar
