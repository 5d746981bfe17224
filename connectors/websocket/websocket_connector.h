#pragma once

#include "connectors/connector.h"

namespace laminar {

/// TO websocket, as a client or as a server.
[[nodiscard]] const Connector& websocket_connector();

}  // namespace laminar
