#pragma once

#include "connectors/connector.h"

namespace laminar {

/// TO kafka.
[[nodiscard]] const Connector& kafka_connector();

}  // namespace laminar
