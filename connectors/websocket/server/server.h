#pragma once

#include <memory>
#include <string>

#include "connectors/connection.h"
#include "connectors/connection_context.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

/// A WebSocket connection in server mode: listens, and serves every client that comes.
/// Messages go to the client in OutgoingMessage::peer. Without one they go to every client if broadcast = true
/// (accepted and counted as dropped when there is none), and nowhere otherwise (no_such_peer).
/// With slow_client = 'block' a broadcast goes to all clients or, while one of them has a full queue, to none (full).
[[nodiscard]] std::unique_ptr<Connection> make_websocket_server(std::string name,
                                                                std::shared_ptr<const WebSocketOptions> options,
                                                                const ConnectionContext& context);

}  // namespace laminar
