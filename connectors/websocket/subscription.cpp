#include "connectors/websocket/subscription.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/codec/json_text.h"
#include "connectors/websocket/stream_error.h"

namespace laminar {

bool send_subscriptions(MessageStream& stream, const WebSocketOptions& options, const SecretResolver& secrets,
                        const FeedPosition& position, ConnectFailure& failure) {
    const auto fail = [&failure](std::string_view event, const std::string& why) {
        failure.event = event;
        failure.description = "subscribe_message: " + why;
        return false;
    };
    for (const std::string& text : options.subscribe_message) {
        const SecretResolver::Result resolved =
            is_json_value(text) ? secrets.resolve_in_json(text) : secrets.resolve(text);
        if (!resolved.missing.empty())
            return fail("secret_missing", fmt::format("{}", fmt::join(resolved.missing, "; ")));
        // The position comes from the peer: filled in last, it cannot name a secret.
        const auto error = stream.write(position.fill_message(resolved.text), false);
        if (error) return fail("subscribe_failed", describe_stream_error(error));
    }
    return true;
}

bool tells_position(const std::string& endpoint, const WebSocketOptions& options) {
    return wants_position(endpoint) ||
           std::any_of(options.subscribe_message.begin(), options.subscribe_message.end(), wants_position);
}

}  // namespace laminar
