#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/websocket/frames/message_stream.h"

namespace laminar {

/// What a server asks of a client's request before it becomes a WebSocket. Secrets are resolved by now.
struct UpgradePolicy {
    std::vector<std::string> paths{"/"};  ///< Parts may be parameters: "/ocpp/{station}".
    std::optional<std::string> auth_token;
    std::optional<std::string> basic_auth;     ///< "user:password".
    std::vector<std::string> allowed_origins;  ///< Empty: any, also none. "*": any, but one there must be.
    std::vector<std::string> subprotocols;     ///< Those we speak, best first,
    /// and those of single paths instead, by their place in paths.
    std::map<std::size_t, std::vector<std::string>> path_subprotocols;
};

/// The answer to a request that is turned away.
struct UpgradeRefusal {
    int status = 0;
    std::string explanation;
    HttpHeaders headers;
};

/// The place in paths of the first that a request is for; nullopt when it is for none.
[[nodiscard]] std::optional<std::size_t> requested_path(const UpgradeRequest& request, const UpgradePolicy& policy);

/// nullopt: granted. Checked in this order: HTTP (400), path (404), upgrade (426), handshake (400), origin (403),
/// credentials (401).
[[nodiscard]] std::optional<UpgradeRefusal> check_upgrade(const UpgradeRequest& request, const UpgradePolicy& policy);

/// The best of our subprotocols that the client offers; empty when there is none.
[[nodiscard]] std::string choose_subprotocol(const UpgradeRequest& request, const UpgradePolicy& policy);

}  // namespace laminar
