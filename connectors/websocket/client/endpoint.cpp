#include "connectors/websocket/client/endpoint.h"

#include <algorithm>

#include "catalog/options/secret_resolver.h"

namespace laminar {

std::string shown_endpoint(const ComputedText& endpoint) { return redact_url(endpoint.text()); }

std::string shown_place(std::string_view url) { return redact_url(url.substr(0, url.find('?'))); }

bool tells_position(const ComputedText& endpoint, const WebSocketOptions& options) {
    const auto asks = [](const ComputedText& text) { return text.mentions("${resume}"); };
    return asks(endpoint) || std::any_of(options.subscribe_message.begin(), options.subscribe_message.end(), asks) ||
           std::any_of(options.headers.begin(), options.headers.end(),
                       [&](const auto& header) { return asks(header.second); }) ||
           std::any_of(options.handshake.begin(), options.handshake.end(),
                       [&](const MessageRule& step) { return step.send && asks(*step.send); });
}

}  // namespace laminar
