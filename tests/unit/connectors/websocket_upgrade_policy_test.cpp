#include <doctest/doctest.h>

#include "connectors/websocket/upgrade_policy.h"

using namespace laminar;

namespace {

UpgradeRequest request(const std::string& target = "/", const HttpHeaders& headers = {}) {
    UpgradeRequest request;
    request.method = "GET";
    request.target = target;
    request.headers = headers;
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
    policy.path = "/collect";
    CHECK(status(request("/collect"), policy) == 101);
    CHECK(status(request("/collect?user=1"), policy) == 101);
    CHECK(status(request("/"), policy) == 404);
    CHECK(status(request("/collect/more"), policy) == 404);
    UpgradeRequest plain = request("/collect");
    plain.is_upgrade = false;
    CHECK(status(plain, policy) == 426);
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
