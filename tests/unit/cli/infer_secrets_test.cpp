#include <doctest/doctest.h>

#include "cli/infer/feed_request.h"
#include "cli/infer/secret_masking.h"
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

}  // namespace
}  // namespace laminar
