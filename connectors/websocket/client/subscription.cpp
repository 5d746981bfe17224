#include "connectors/websocket/client/subscription.h"

#include <algorithm>

#include "connectors/websocket/frames/stream_error.h"

namespace laminar {

bool send_subscriptions(MessageStream& stream, const WebSocketOptions& options, const FeedPosition& position,
                        ConnectFailure& failure) {
    for (const std::string& text : options.subscribe_message) {
        if (const auto error = stream.write(position.fill_message(text), false)) {
            failure.event = "subscribe_failed";
            failure.description = "subscribe_message: " + describe_stream_error(error);
            return false;
        }
    }
    return true;
}

bool tells_position(const std::string& endpoint, const WebSocketOptions& options) {
    return wants_position(endpoint) ||
           std::any_of(options.subscribe_message.begin(), options.subscribe_message.end(), wants_position);
}

}  // namespace laminar
