#pragma once

#include "catalog/objects/catalog_object.h"
#include "catalog/objects/connector_registry.h"
#include "connectors/connector.h"

namespace laminar {

/// The connectors of this program, as the catalog sees them. Immutable, lives for ever.
[[nodiscard]] const ConnectorRegistry& builtin_connectors();

/// The one that a connection was declared with. Throws std::logic_error where that is none of this program's.
[[nodiscard]] const Connector& connector_of(const ConnectionObject& definition);

}  // namespace laminar
