#include "connectors/websocket/server/upgrade_policy.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "catalog/objects/catalog.h"
#include "catalog/options/url.h"
#include "connectors/codec/values/base64.h"
#include "connectors/websocket/options/path_parameters.h"
#include "parser/text/ascii.h"

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

bool lists(std::string_view list, std::string_view element) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (trim(list.substr(0, comma)) == element) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

UpgradeRefusal bad_request(std::string explanation) { return {400, std::move(explanation), {}}; }

/// What any server must refuse, so that no two on the way understand a request differently (RFC 9112).
std::optional<UpgradeRefusal> check_http(const UpgradeRequest& request) {
    if (!request.is_strict) return bad_request("A header is not written as HTTP has it.");
    const std::size_t hosts = request.count("Host");
    if (hosts > 1 || (hosts == 0 && request.version >= 11)) return bad_request("There must be one Host header.");
    if (!is_host_header(request.header("Host"))) return bad_request("The Host header names no host.");
    for (const std::string_view name : {"Origin", "Authorization"}) {
        if (request.count(name) > 1) return bad_request("There may be only one " + std::string(name) + " header.");
    }
    return std::nullopt;
}

/// What is asked of a handshake (RFC 6455 section 4.2.1).
std::optional<UpgradeRefusal> check_handshake(const UpgradeRequest& request) {
    constexpr std::size_t key_size = 16;
    constexpr std::size_t written_key_size = 24;
    const std::string_view length = request.header("Content-Length");
    if (request.count("Transfer-Encoding") > 0 || length.find_first_not_of('0') != std::string_view::npos)
        return bad_request("A WebSocket handshake has no body.");
    if (request.count("Sec-WebSocket-Version") > 1)
        return bad_request("There may be only one Sec-WebSocket-Version header.");
    std::string key;
    const std::string_view written = request.header("Sec-WebSocket-Key");
    // With its padding (RFC 6455 section 4.1, RFC 4648 section 4).
    if (request.count("Sec-WebSocket-Key") != 1 || written.size() != written_key_size || !decode_base64(written, key) ||
        key.size() != key_size) {
        return bad_request("There must be one Sec-WebSocket-Key header, with 16 bytes as base64.");
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::size_t> requested_path(const UpgradeRequest& request, const UpgradePolicy& policy) {
    const std::string_view target = request.target;
    const std::string_view path = target.substr(0, target.find('?'));
    for (std::size_t index = 0; index < policy.paths.size(); ++index) {
        if (match_path(path, policy.paths[index])) return index;
    }
    return std::nullopt;
}

std::optional<UpgradeRefusal> check_upgrade(const UpgradeRequest& request, const UpgradePolicy& policy) {
    if (std::optional<UpgradeRefusal> refusal = check_http(request)) return refusal;
    if (!requested_path(request, policy)) {
        return UpgradeRefusal{404, "Nothing here: the WebSocket is at another path.", {}};
    }
    if (!request.is_upgrade) {
        return UpgradeRefusal{426,
                              "This is a WebSocket endpoint: connect with a WebSocket client.",
                              {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}};
    }
    if (std::optional<UpgradeRefusal> refusal = check_handshake(request)) return refusal;
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
    const auto path = requested_path(request, policy);
    const auto own = path ? policy.path_subprotocols.find(*path) : policy.path_subprotocols.end();
    for (const std::string& ours : own == policy.path_subprotocols.end() ? policy.subprotocols : own->second) {
        for (const auto& [name, value] : request.headers) {
            if (equals_ignoring_case(name, "Sec-WebSocket-Protocol") && lists(value, ours)) return ours;
        }
    }
    return {};
}

}  // namespace laminar
