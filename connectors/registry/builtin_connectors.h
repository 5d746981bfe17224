#pragma once

#include "catalog/objects/connector_registry.h"

namespace laminar {

/// The table of connectors this build has: websocket, generator, file, stdout, blackhole.
[[nodiscard]] const ConnectorRegistry& builtin_connectors();

}  // namespace laminar
