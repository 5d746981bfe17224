#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "catalog/options/secret_resolver.h"
#include "catalog/options/url.h"
#include "connectors/net/tls_context.h"
#include "connectors/websocket/client/feed_position.h"
#include "connectors/websocket/frames/message_stream.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

/// All that one attempt to connect needs, with the position in the feed filled in.
struct ClientRequest {
    WebSocketUrl url;
    HttpHeaders headers;
    TlsClientSettings tls;
    std::shared_ptr<boost::asio::ssl::context> tls_context;  ///< Null for ws.
    std::optional<ProxyUrl> proxy;                           ///< None: straight to the endpoint.
    std::string proxy_origin;                                ///< Who named it: "proxy", or an environment variable.
};

/// Why there can be no attempt.
struct ClientRequestProblem {
    std::string step;   ///< Of test_connection: resolve, proxy, tls.
    std::string event;  ///< invalid_option.
    std::string description;
};

/// Where a redirect (Location) leads, as a WebSocket URL: http is ws there, and it may be relative to where the request
/// went. Empty: nowhere that is known.
[[nodiscard]] std::string redirected_url(std::string_view location, const WebSocketUrl& from);

/// Makes the request to one of the endpoints of the options, whose secrets are resolved by now. Reads certificates and
/// the environment anew, and evaluates endpoint and headers. first: where a redirect leads away from: headers go to the
/// same host alone; null: it is no redirect.
[[nodiscard]] std::variant<ClientRequest, ClientRequestProblem> make_client_request(
    const ComputedText& endpoint, const WebSocketOptions& options, const FeedPosition& position,
    const SecretResolver& secrets, const WebSocketUrl* first = nullptr);

}  // namespace laminar
