#include <doctest/doctest.h>

#include "connectors/websocket/server/upgrade_policy.h"

using namespace laminar;

namespace {

constexpr const char* good_key = "dGhlIHNhbXBsZSBub25jZQ==";

UpgradeRequest request(const std::string& target = "/", const HttpHeaders& headers = {}) {
    UpgradeRequest request;
    request.method = "GET";
    request.target = target;
    request.headers = headers;
    for (const auto& [name, value] : HttpHeaders{{"Host", "here:8080"}, {"Sec-WebSocket-Key", good_key}}) {
        if (request.count(name) == 0) request.headers.emplace_back(name, value);
    }
    request.is_upgrade = true;
    return request;
}

int status(const UpgradeRequest& of, const UpgradePolicy& policy) {
    const auto refusal = check_upgrade(of, policy);
    return refusal ? refusal->status : 101;
}

}  // namespace

TEST_CASE("upgrade policy: path and upgrade") {
    UpgradePolicy policy;
    policy.paths = {"/collect"};
    CHECK(status(request("/collect"), policy) == 101);
    CHECK(status(request("/collect?user=1"), policy) == 101);
    CHECK(status(request("/"), policy) == 404);
    CHECK(status(request("/collect/more"), policy) == 404);
    policy.paths = {"/ocpp/{station}/{part}"};
    CHECK(status(request("/ocpp/CP%201/a?x=1"), policy) == 101);
    CHECK(status(request("/ocpp/CP1"), policy) == 404);
    CHECK(status(request("/ocpp//a"), policy) == 404);
    CHECK(status(request("/ocpp/CP1/a/"), policy) == 404);
    CHECK(status(request("/other/CP1/a"), policy) == 404);
    policy.paths = {"/collect"};
    UpgradeRequest plain = request("/collect");
    plain.is_upgrade = false;
    CHECK(status(plain, policy) == 426);
}

TEST_CASE("upgrade policy: several paths, each with its subprotocols") {
    UpgradePolicy policy;
    policy.paths = {"/a", "/b/{x}", "/c"};
    policy.subprotocols = {"v1"};
    policy.path_subprotocols[1] = {"two", "one"};
    CHECK(requested_path(request("/b/7"), policy) == 1);
    CHECK_FALSE(requested_path(request("/b"), policy).has_value());
    CHECK(status(request("/c"), policy) == 101);
    CHECK(status(request("/d"), policy) == 404);
    const HttpHeaders offered{{"Sec-WebSocket-Protocol", "one, v1, two"}};
    CHECK(choose_subprotocol(request("/b/7", offered), policy) == "two");
    CHECK(choose_subprotocol(request("/a", offered), policy) == "v1");
}

TEST_CASE("upgrade policy: credentials") {
    UpgradePolicy policy;
    policy.auth_token = "s3cret";
    CHECK(status(request(), policy) == 401);
    CHECK(status(request("/", {{"authorization", "Bearer s3cret"}}), policy) == 101);
    CHECK(status(request("/", {{"Authorization", "bearer  s3cret "}}), policy) == 101);
    CHECK(status(request("/", {{"Authorization", "Bearer s3cre"}}), policy) == 401);
    CHECK(status(request("/", {{"Authorization", "Basic s3cret"}}), policy) == 401);
    policy.basic_auth = "user:pass";
    CHECK(status(request("/", {{"Authorization", "Basic dXNlcjpwYXNz"}}), policy) == 101);
    CHECK(status(request("/", {{"Authorization", "Bearer s3cret"}}), policy) == 101);
    policy.auth_token.reset();
    CHECK(status(request("/", {{"Authorization", "Bearer s3cret"}}), policy) == 401);
}

TEST_CASE("upgrade policy: origins and subprotocols") {
    UpgradePolicy policy;
    policy.allowed_origins = {"https://app.example"};
    CHECK(status(request(), policy) == 403);
    CHECK(status(request("/", {{"Origin", "https://app.example"}}), policy) == 101);
    CHECK(status(request("/", {{"Origin", "https://evil.example"}}), policy) == 403);
    policy.allowed_origins = {"*"};
    CHECK(status(request("/", {{"Origin", "https://evil.example"}}), policy) == 101);
    policy.subprotocols = {"v2", "v1"};
    CHECK(choose_subprotocol(request("/", {{"Sec-WebSocket-Protocol", "v1, v2"}}), policy) == "v2");
    CHECK(choose_subprotocol(request("/", {{"Sec-WebSocket-Protocol", "v0,v1"}}), policy) == "v1");
    CHECK(choose_subprotocol(request(), policy).empty());
}

TEST_CASE("upgrade policy: a request that others could understand differently is refused") {
    const UpgradePolicy policy;
    CHECK(status(request("/", {{"Host", "one.example"}, {"host", "two.example"}}), policy) == 400);
    CHECK(status(request("/", {{"Host", "one.example"}, {"Host", "one.example"}}), policy) == 400);
    CHECK(status(request("/", {{"Host", "one.example, two.example/"}}), policy) == 400);
    CHECK(status(request("/", {{"Host", "[::1]:8080"}}), policy) == 101);
    UpgradeRequest nameless = request();
    std::erase_if(nameless.headers, [](const auto& header) { return header.first == "Host"; });
    CHECK(status(nameless, policy) == 400);
    CHECK(status(request("/", {{"Origin", "https://a"}, {"Origin", "https://b"}}), policy) == 400);
    CHECK(status(request("/", {{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}}), policy) == 400);
}

TEST_CASE("upgrade policy: a handshake has one key of 16 bytes, one version and no body") {
    const UpgradePolicy policy;
    CHECK(status(request("/", {{"Content-Length", "0"}}), policy) == 101);
    CHECK(status(request("/", {{"Content-Length", "5"}}), policy) == 400);
    CHECK(status(request("/", {{"Transfer-Encoding", "chunked"}}), policy) == 400);
    CHECK(status(request("/", {{"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Version", "8"}}), policy) == 400);
    for (const char* key : {"", "short", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=",
                            "dGhlIHNhbXBsZSBub25jZSE=", "dGhlIHNhbXBsZSBub25jZSEh", "this is not base64 ====="}) {
        CAPTURE(key);
        CHECK(status(request("/", {{"Sec-WebSocket-Key", key}}), policy) == 400);
    }
    CHECK(status(request("/", {{"Sec-WebSocket-Key", good_key}, {"Sec-WebSocket-Key", good_key}}), policy) == 400);
}

TEST_CASE("upgrade policy: subprotocols may be offered in several headers") {
    UpgradePolicy policy;
    policy.subprotocols = {"v2", "v1"};
    const HttpHeaders offers{{"Sec-WebSocket-Protocol", "v0"}, {"Sec-WebSocket-Protocol", "v1, v2"}};
    CHECK(choose_subprotocol(request("/", offers), policy) == "v2");
}
