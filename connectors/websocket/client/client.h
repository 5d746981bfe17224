#pragma once

#include <memory>
#include <string>

#include "connectors/connection.h"
#include "connectors/connection_context.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

/// A WebSocket connection in client mode: connects, stays connected, reconnects.
/// Messages sent while it is not connected wait in a queue of send_buffer_size.
[[nodiscard]] std::unique_ptr<Connection> make_websocket_client(std::string name,
                                                                std::shared_ptr<const WebSocketOptions> options,
                                                                const ConnectionContext& context);

}  // namespace laminar
