#include <doctest/doctest.h>

#include "cli/infer/feed_request.h"
#include "cli/infer/secret_masking.h"
#include "cli/infer/secret_texts.h"
#include "parser/write/sql_writer.h"

namespace laminar {
namespace {

std::string masked_option(const FeedRequest& request, std::string_view option) {
    ast::CreateConnection create = connection_statement(request);
    RememberedSecrets remembered;
    (void)mask_secrets(create, remembered);
    const ast::Option* found = find_option(create, option);
    REQUIRE(found != nullptr);
    return write_option_value(found->value);
}

std::string masked_endpoint(const std::string& endpoint) {
    FeedRequest request;
    request.endpoint = endpoint;
    return masked_option(request, "endpoint");
}

TEST_CASE("infer: secrets in URLs become references") {
    CHECK(masked_endpoint("wss://a.example/x?token=abc&s=1") == "'wss://a.example/x?token=${secret:token}&s=1'");
    CHECK(masked_endpoint("wss://a.example/x?apiKey=abc") == "'wss://a.example/x?apiKey=${secret:api_key}'");
    CHECK(masked_endpoint("wss://a.example/v3/0123456789abcdef0123456789abcdef") ==
          "'wss://a.example/v3/${secret:endpoint_key}'");
    CHECK(masked_endpoint("wss://a.example/x?token=${secret:mine}") == "'wss://a.example/x?token=${secret:mine}'");
    CHECK(masked_endpoint("wss://a.example:9443/stream?streams=btcusdt@trade/ethusdt@trade") ==
          "'wss://a.example:9443/stream?streams=btcusdt@trade/ethusdt@trade'");
}

TEST_CASE("infer: URLs within messages lose their credentials") {
    CHECK(without_url_credentials(R"({"url":"http://x/?token=abcdefghijkl","n":1})") ==
          R"({"url":"http://x/?token=***","n":1})");
    CHECK(without_url_credentials(R"(such as "https:\/\/ann:pass@x\/a?b=1 and more")") ==
          R"(such as "https://ann:***@x/a?b=1 and more")");
    CHECK(without_url_credentials(R"({"url":"http:\/\/x\/y"})") == R"({"url":"http:\/\/x\/y"})");
}

TEST_CASE("infer: secrets in headers keep what is said of them") {
    FeedRequest request;
    request.endpoint = "wss://a.example";
    request.headers = {{"Authorization", "Bearer abc"}, {"X-API-Key", "def"}, {"Accept-Language", "en"}};
    CHECK(masked_option(request, "headers") ==
          "MAP {'Authorization': 'Bearer ${secret:authorization}', 'X-API-Key': '${secret:x_api_key}', "
          "'Accept-Language': 'en'}");
}

TEST_CASE("infer: messages are JSON where they can be, and their secrets references") {
    FeedRequest request;
    request.endpoint = "wss://a.example";
    request.subscribe_messages = {R"({"op":"login","args":[{"apiKey":"k","n":1.50,"ok":true,"none":null}]})"};
    CHECK(masked_option(request, "subscribe_message") ==
          "JSON_OBJECT('op': 'login', 'args': [JSON_OBJECT('apiKey': '${secret:api_key}', 'n': 1.50, 'ok': true, "
          "'none': NULL)])");
    request.subscribe_messages = {"hello", R"(["1","2"])"};
    CHECK(masked_option(request, "subscribe_message") == "['hello', JSON_ARRAY('1', '2')]");
}

std::string masked_message(const std::string& message) {
    FeedRequest request;
    request.endpoint = "wss://a.example";
    request.subscribe_messages = {message};
    return masked_option(request, "subscribe_message");
}

TEST_CASE("infer: what proves who sends a message is a secret wherever it stands") {
    CHECK(masked_message(R"({"op":"auth","args":["key",1700000000000,"0123456789abcdef0123456789abcdef"]})") ==
          "JSON_OBJECT('op': 'auth', 'args': ['${secret:args}', 1700000000000, '${secret:args_2}'])");
    CHECK(masked_message(R"(["auth","key","more"])") ==
          "JSON_ARRAY('auth', '${secret:subscribe_message}', '${secret:subscribe_message_2}')");
    CHECK(masked_message(R"({"method":"public/auth","params":{"scope":["s"],"user":"me"}})") ==
          "JSON_OBJECT('method': 'public/auth', 'params': JSON_OBJECT('scope': ['${secret:scope}'], 'user': 'me'))");
    CHECK(masked_message(R"({"op":"subscribe","args":["trades.BTC-USD","0123456789abcdef0123456789abcdef"]})") ==
          "JSON_OBJECT('op': 'subscribe', 'args': ['trades.BTC-USD', '${secret:args}'])");
    CHECK(masked_message(R"({"a":["eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln","c2VjcmV0IHNlY3JldCBzZWNyZXQ="]})") ==
          "JSON_OBJECT('a': ['${secret:a}', '${secret:a_2}'])");
    CHECK(masked_message(R"({"op":"subscribe","args":["author","authors/list"]})") ==
          "JSON_OBJECT('op': 'subscribe', 'args': ['author', 'authors/list'])");
}

TEST_CASE("infer: a message that is no JSON has secrets, too") {
    CHECK(masked_message("AUTH s3cret") == "'AUTH ${secret:auth}'");
    CHECK(masked_message(" login me  my password \n") == "' login ${secret:login} \n'");
    CHECK(masked_message("subscribe trades token=abc&x=1") == "'subscribe trades token=${secret:token}&x=1'");
    CHECK(masked_message("hello 0123456789abcdef0123456789abcdef") == "'hello ${secret:subscribe_message}'");
    for (const char* message : {"ping", "AUTH", "subscribe trades", "AUTH ${secret:mine}", ""})
        CHECK(masked_message(message) == "'" + std::string(message) + "'");
}

TEST_CASE("infer: what the connector declares to be a secret is one") {
    const auto masked = [](const char* name, const char* value) {
        FeedRequest request;
        request.endpoint = "wss://a.example";
        request.options = {make_option(name, text_value(value))};
        return masked_option(request, name);
    };
    CHECK(masked("proxy", "http://user:password@proxy:3128") == "'${secret:proxy}'");
    CHECK(masked("PROXY", "http://proxy:3128") == "'http://proxy:3128'");
    CHECK(masked("auth_token", "abc") == "'${secret:auth_token}'");
    CHECK(masked("basic_auth", "user:abc") == "'${secret:basic_auth}'");
    CHECK(masked("tls_client_key", "/certs/client.key") == "'/certs/client.key'");
    CHECK(masked("tls_client_key", "-----BEGIN PRIVATE KEY-----") == "'${secret:tls_client_key}'");
    CHECK(masked("pong_message", "pong 0123456789abcdef0123456789abcdef") == "'pong ${secret:pong_message}'");
    CHECK(masked("tls_client_key", "${secret:mine}") == "'${secret:mine}'");
    CHECK(masked("host", "0123456789abcdef0123456789abcdef") == "'0123456789abcdef0123456789abcdef'");
    CHECK(masked_endpoint("wss://user:abc@a.example:443/x") ==
          "'wss://user:${secret:endpoint_password}@a.example:443/x'");
    CHECK(masked_endpoint("wss://a.example:443/x@y") == "'wss://a.example:443/x@y'");
}

}  // namespace
}  // namespace laminar
