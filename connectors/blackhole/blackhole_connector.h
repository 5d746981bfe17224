#pragma once

#include "connectors/connector.h"

namespace laminar {

/// TO blackhole.
[[nodiscard]] const Connector& blackhole_connector();

}  // namespace laminar
