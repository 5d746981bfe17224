#pragma once

#include <vector>

#include "runtime/storage/stored_catalog.h"

namespace laminar {

/// What StoredCatalog::read says, of a database in which nothing can be written. Throws EngineException.
[[nodiscard]] std::vector<StoredObject> read_stored_objects(Engine& engine);

}  // namespace laminar
