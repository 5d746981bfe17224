#include "connectors/websocket/upgrade_policy.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string_view>

#include "catalog/catalog.h"
#include "connectors/codec/base64.h"

namespace laminar {

namespace {

/// Takes as long whether they differ early or late, so that a token cannot be guessed byte by byte.
bool equals_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// The credentials of "Authorization: scheme credentials"; empty for another scheme.
std::string_view credentials_of(std::string_view authorization, std::string_view scheme) {
    const std::size_t space = authorization.find(' ');
    if (space == std::string_view::npos || !equals_ignoring_case(authorization.substr(0, space), scheme)) return {};
    return trim(authorization.substr(space + 1));
}

bool is_authorized(const UpgradeRequest& request, const UpgradePolicy& policy) {
    if (!policy.auth_token && !policy.basic_auth) return true;
    const std::string_view authorization = request.header("Authorization");
    if (policy.auth_token && equals_in_constant_time(credentials_of(authorization, "Bearer"), *policy.auth_token)) {
        return true;
    }
    if (!policy.basic_auth) return false;
    std::string expected;
    append_base64(expected, *policy.basic_auth);
    return equals_in_constant_time(credentials_of(authorization, "Basic"), expected);
}

bool is_allowed_origin(const UpgradeRequest& request, const UpgradePolicy& policy) {
    if (policy.allowed_origins.empty()) return true;
    const std::string_view origin = request.header("Origin");
    return !origin.empty() && std::any_of(policy.allowed_origins.begin(), policy.allowed_origins.end(),
                                          [origin](const std::string& allowed) {
                                              return allowed == "*" || equals_ignoring_case(allowed, origin);
                                          });
}

}  // namespace

std::optional<UpgradeRefusal> check_upgrade(const UpgradeRequest& request, const UpgradePolicy& policy) {
    const std::string_view target = request.target;
    if (target.substr(0, target.find('?')) != policy.path) {
        return UpgradeRefusal{404, "Nothing here: the WebSocket is at another path.", {}};
    }
    if (!request.is_upgrade) {
        return UpgradeRefusal{426,
                              "This is a WebSocket endpoint: connect with a WebSocket client.",
                              {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}};
    }
    if (!is_allowed_origin(request, policy)) return UpgradeRefusal{403, "This origin is not allowed.", {}};
    if (!is_authorized(request, policy)) {
        std::string challenge;
        if (policy.auth_token) challenge = "Bearer realm=\"laminar\"";
        if (policy.auth_token && policy.basic_auth) challenge += ", ";
        if (policy.basic_auth) challenge += "Basic realm=\"laminar\"";
        return UpgradeRefusal{401, "Credentials are missing or wrong.", {{"WWW-Authenticate", challenge}}};
    }
    return std::nullopt;
}

std::string choose_subprotocol(const UpgradeRequest& request, const UpgradePolicy& policy) {
    for (const std::string& ours : policy.subprotocols) {
        std::string_view offered = request.header("Sec-WebSocket-Protocol");
        while (!offered.empty()) {
            const std::size_t comma = std::min(offered.find(','), offered.size());
            if (trim(offered.substr(0, comma)) == ours) return ours;
            offered.remove_prefix(std::min(comma + 1, offered.size()));
        }
    }
    return {};
}

}  // namespace laminar
