#pragma once

#include <string>

#include "connectors/websocket/client/client_connector.h"
#include "connectors/websocket/client/feed_position.h"
#include "connectors/websocket/frames/message_stream.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

/// Writes the messages of subscribe_message to a new connection, in order, with the position filled in. False after
/// filling failure: the connection is of no use then.
[[nodiscard]] bool send_subscriptions(MessageStream& stream, const WebSocketOptions& options,
                                      const FeedPosition& position, ConnectFailure& failure);

/// Whether a server at this endpoint is told the position.
[[nodiscard]] bool tells_position(const std::string& endpoint, const WebSocketOptions& options);

}  // namespace laminar
