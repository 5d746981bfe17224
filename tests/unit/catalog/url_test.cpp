#include "catalog/options/url.h"

#include <doctest/doctest.h>

#include <string>

namespace laminar {
namespace {

WebSocketUrl good(std::string_view text) {
    auto parsed = parse_websocket_url(text);
    const auto* error = std::get_if<UrlError>(&parsed);
    REQUIRE_MESSAGE(error == nullptr, std::string(text), ": ", error->message);
    return std::get<WebSocketUrl>(parsed);
}

/// "the offending part: message (hint)".
std::string bad(std::string_view text) {
    auto parsed = parse_websocket_url(text);
    const auto* error = std::get_if<UrlError>(&parsed);
    REQUIRE_MESSAGE(error != nullptr, std::string(text));
    REQUIRE(error->offset + error->length <= text.size());
    std::string result = std::string(text.substr(error->offset, error->length)) + ": " + error->message;
    if (!error->hint.empty()) result += " (" + error->hint + ")";
    return result;
}

TEST_CASE("WebSocket URLs are taken apart") {
    const WebSocketUrl url = good("wss://Stream.Example.com/events?a=1&b=2");
    CHECK(url.secure);
    CHECK(url.host == "stream.example.com");
    CHECK(url.port == 443);
    CHECK(url.target == "/events?a=1&b=2");
    CHECK(url.authority() == "stream.example.com");

    CHECK(good("ws://localhost").target == "/");
    CHECK(good("ws://localhost").port == 80);
    CHECK(good("WS://localhost:8080?x=1").target == "/?x=1");
    CHECK(good("ws://localhost:8080").authority() == "localhost:8080");
    CHECK(good("ws://localhost:80/a").authority() == "localhost");
    CHECK(good("wss://h/p%20q/@me").target == "/p%20q/@me");
}

TEST_CASE("IPv6 hosts stand in brackets") {
    const WebSocketUrl url = good("ws://[::1]:9000/a");
    CHECK(url.ipv6);
    CHECK(url.host == "::1");
    CHECK(url.port == 9000);
    CHECK(url.authority() == "[::1]:9000");
    CHECK(good("ws://[2001:DB8::ff00:42:8329]/").host == "2001:db8::ff00:42:8329");
    CHECK(good("ws://[1:2:3:4:5:6:7:8]").host == "1:2:3:4:5:6:7:8");
    CHECK(good("ws://[::]/").host == "::");
    CHECK(good("ws://[::ffff:10.0.0.1]/").host == "::ffff:10.0.0.1");
    CHECK(good("ws://[fe80::]/").host == "fe80::");
    CHECK(bad("ws://[::1") == "[::1: the IPv6 address is not closed by \"]\"");
    CHECK(bad("ws://[1::2::3]/") == "1::2::3: what is in brackets is not an IPv6 address");
    CHECK(bad("ws://[12345::]/") == "12345::: what is in brackets is not an IPv6 address");
    CHECK(bad("ws://[1:2:3]/") == "1:2:3: what is in brackets is not an IPv6 address");
    CHECK(bad("ws://[1:2:3:4:5:6:7:]/") == "1:2:3:4:5:6:7:: what is in brackets is not an IPv6 address");
    CHECK(bad("ws://[]/") == "]: what is in brackets is not an IPv6 address");
    CHECK(bad("ws://::1/") == "::1: an IPv6 address must be in brackets (write [::1])");
    CHECK(bad("ws://[::1]x/") == "x: only a port can follow the IPv6 address");
}

TEST_CASE("what is wrong with a URL is named with its place") {
    CHECK(bad("https://example.com/x") == "https: the scheme \"https\" is not ws or wss (write 'wss://example.com/x')");
    CHECK(bad("http://example.com") == "http: the scheme \"http\" is not ws or wss (write 'ws://example.com')");
    CHECK(bad("ftp://example.com") == "ftp: the scheme \"ftp\" is not ws or wss (use ws:// or wss://)");
    CHECK(bad("example.com/x") == "example.com/x: the scheme is missing (write 'wss://example.com/x')");
    CHECK(bad("") == ": it is empty (for example 'wss://stream.example.com/events')");
    CHECK(bad("ws://") == ": the host is missing");
    CHECK(bad("ws:///path") == ": the host is missing");
    CHECK(bad("ws://:80/") == ":: the host is missing");
    CHECK(bad("ws://host:/") == ":: the port is missing after \":\"");
    CHECK(bad("ws://host:0/") == "0: \"0\" is not a port (ports are 1 to 65535)");
    CHECK(bad("ws://host:65536/") == "65536: \"65536\" is not a port (ports are 1 to 65535)");
    CHECK(bad("ws://host:80a/") == "80a: the port is not a number (ports are 1 to 65535)");
    CHECK(bad("ws://host/#part") == "#part: fragments are not allowed (remove it, or write %23)");
    CHECK(bad("ws://ho st/") == " : it contains a space (write %20)");
    CHECK(bad("ws://host/100%") ==
          "%: \"%\" must be followed by two hexadecimal digits (write %25 for a percent sign)");
    CHECK(bad("ws://host/{x}") == "{: \"{\" must be percent-encoded (write %7B)");
    CHECK(bad("ws://host/\n") == "\n: it contains a control character");
    CHECK(bad("ws://user:secret@host/").starts_with("user:secret@: user name and password are not allowed"));
    CHECK(bad("ws://h!st/") == "!: \"!\" cannot be part of a host name");
}

TEST_CASE("hints about a wrong scheme do not repeat credentials") {
    CHECK(bad("https://h/?token=abcd").find("abcd") == std::string::npos);
}

TEST_CASE("no message repeats a password") {
    for (const char* url : {"http://me:abcd/efgh@proxy:1", "http://me:abcd?efgh@proxy:1", "me:abcd@http://proxy:1",
                            "http://me:abcd@proxy:efgh/", "http://me:abcd efgh@proxy:1", "me:abcd://proxy"}) {
        const auto parsed = parse_proxy_url(url);
        const auto* error = std::get_if<UrlError>(&parsed);
        REQUIRE_MESSAGE(error != nullptr, url);
        CHECK_MESSAGE((error->message + error->hint).find("abcd") == std::string::npos, url);
        CHECK_MESSAGE(bad(url).substr(bad(url).find(": ")).find("abcd") == std::string::npos, url);
    }
}

TEST_CASE("references stay until they are resolved") {
    CHECK(good("wss://h/feed?token=${secret:feed_token}").target == "/feed?token=${secret:feed_token}");
    CHECK(good("wss://h/feed?from=${resume}").target == "/feed?from=${resume}");
    CHECK(good("wss://${secret:Host}/feed").host == "${secret:Host}");
    CHECK(good("wss://h:${secret:port}/feed").port == 443);
    CHECK_NOTHROW(good("${secret:whole_url}"));
    CHECK(bad("wss://h/${secret:bad name}").starts_with("{: "));
}

TEST_CASE("proxy URLs") {
    auto parsed = parse_proxy_url("http://user:p%40ss@proxy.example.com:3128/");
    REQUIRE(std::holds_alternative<ProxyUrl>(parsed));
    const auto& url = std::get<ProxyUrl>(parsed);
    CHECK(url.host == "proxy.example.com");
    CHECK(url.port == 3128);
    CHECK(url.user == "user");
    CHECK(url.password == "p@ss");
    CHECK(url.has_credentials);
    CHECK(std::get<ProxyUrl>(parse_proxy_url("proxy:8080")).port == 8080);
    CHECK(std::get<ProxyUrl>(parse_proxy_url("http://[::1]")).host == "::1");
    CHECK(std::holds_alternative<UrlError>(parse_proxy_url("socks5://proxy")));
    CHECK(std::holds_alternative<UrlError>(parse_proxy_url("http://proxy/path")));
    CHECK(std::holds_alternative<UrlError>(parse_proxy_url("")));
}

}  // namespace
}  // namespace laminar
