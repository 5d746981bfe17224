#pragma once

#include "connectors/connector.h"

namespace laminar {

/// TO generator.
[[nodiscard]] const Connector& generator_connector();

}  // namespace laminar
