#include <doctest/doctest.h>

#include <map>

#include "connectors/net/proxy_environment.h"

namespace laminar {
namespace {

std::string chosen(bool secure, std::string_view host, const std::map<std::string, std::string>& variables) {
    const auto choice = ProxyEnvironment::choose(secure, host, secure ? 443 : 80,
                                                 [&](const std::string& name) -> std::optional<std::string> {
                                                     const auto found = variables.find(name);
                                                     if (found == variables.end()) return std::nullopt;
                                                     return found->second;
                                                 });
    return choice ? choice->variable + "=" + choice->url : "direct";
}

}  // namespace

TEST_CASE("proxy environment: which variable counts") {
    const std::map<std::string, std::string> both{{"HTTP_PROXY", "a"}, {"HTTPS_PROXY", "b"}};
    CHECK(chosen(false, "x.example", both) == "HTTP_PROXY=a");
    CHECK(chosen(true, "x.example", both) == "HTTPS_PROXY=b");
    CHECK(chosen(true, "x.example", {{"HTTP_PROXY", "a"}}) == "direct");
    CHECK(chosen(true, "x.example", {{"HTTPS_PROXY", "b"}, {"https_proxy", "c"}}) == "https_proxy=c");
    CHECK(chosen(true, "x.example", {{"HTTPS_PROXY", "b"}, {"https_proxy", ""}}) == "HTTPS_PROXY=b");
    CHECK(chosen(true, "x.example", {{"HTTPS_PROXY", "b"}, {"no_proxy", "x.example"}}) == "direct");
    for (const char* here : {"localhost", "feed.localhost", "127.0.0.1", "127.9.9.9", "::1"}) {
        CAPTURE(here);
        CHECK(chosen(false, here, both) == "direct");
    }
}

TEST_CASE("proxy environment: exceptions") {
    const auto excluded = [](std::string_view list, std::string_view host, std::uint16_t port = 443) {
        return is_excluded_from_proxy(list, host, port);
    };
    CHECK(excluded("*", "anything"));
    CHECK(excluded("a.test, Example.COM ,b.test", "example.com"));
    CHECK(excluded("example.com", "www.EXAMPLE.com"));
    CHECK(excluded(".example.com", "example.com"));
    CHECK(excluded("*.example.com", "www.example.com"));
    CHECK_FALSE(excluded("example.com", "badexample.com"));
    CHECK_FALSE(excluded("www.example.com", "example.com"));
    CHECK_FALSE(excluded("", "example.com"));
    CHECK_FALSE(excluded(",,", "example.com"));
    CHECK(excluded("example.com:443", "example.com"));
    CHECK_FALSE(excluded("example.com:8443", "example.com"));
    CHECK(excluded("10.0.0.0/8", "10.1.2.3"));
    CHECK_FALSE(excluded("10.0.0.0/8", "11.1.2.3"));
    CHECK_FALSE(excluded("10.0.0.0/8", "ten.example"));
    CHECK_FALSE(excluded("10.0.0.0/99", "10.1.2.3"));
    CHECK_FALSE(excluded("/", "10.1.2.3"));
    CHECK(excluded("10.1.2.3", "10.1.2.3"));
    CHECK(excluded("[2001:db8::1]:443", "2001:db8::1"));
    CHECK(excluded("2001:DB8::1", "2001:db8::1"));
    CHECK(excluded("2001:db8::/32", "2001:db8:1::1"));
    CHECK_FALSE(excluded("2001:db8::/32", "10.1.2.3"));
}

}  // namespace laminar
