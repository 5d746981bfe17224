#pragma once

#include "connectors/connector.h"

namespace laminar {

/// TO file.
[[nodiscard]] const Connector& file_connector();

}  // namespace laminar
