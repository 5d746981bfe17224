#pragma once

#include "connectors/connector.h"

namespace laminar {

/// TO stdout.
[[nodiscard]] const Connector& stdout_connector();

}  // namespace laminar
