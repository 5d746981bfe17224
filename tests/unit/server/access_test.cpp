// Addresses to listen on, and who may come to them.

#include "server/login/access.h"

#include <doctest/doctest.h>

using namespace laminar;

TEST_CASE("an address has a host and a port") {
    CHECK(parse_listen_address("127.0.0.1:5433")->port == 5433);
    CHECK(parse_listen_address("[::1]:0")->host == "::1");
    CHECK(parse_listen_address("localhost:65535")->host == "localhost");
    for (const char* text : {"", ":1", "host", "host:", "host:x", "host:65536", "::1:5", "[]:5", "[::1]", "host:1x"})
        CHECK_MESSAGE(!parse_listen_address(text), text);
}

TEST_CASE("a network is open with passwords and TLS alone") {
    AccessSettings settings;
    ListenAddress address{"127.0.0.1", 5433};
    const auto problem = [&] { return problem_of(settings, address, "--postgres"); };
    CHECK(problem().empty());
    address.host = "0.0.0.0";
    CHECK(problem().find("it needs passwords") != std::string::npos);
    settings.insecure = true;
    CHECK(problem().find("it needs passwords") != std::string::npos);
    settings.users_file = "users";
    CHECK(problem().empty());
    settings.insecure = false;
    CHECK(problem().find("it needs TLS") != std::string::npos);
    settings.certificate = "a.pem";
    CHECK(problem() == "TLS needs both, --tls-cert and --tls-key");
    settings.private_key = "a.key";
    CHECK(problem().empty());
    for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "localhost", "LocalHost"})
        CHECK(is_loopback_address(host));
    for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "localhost.example.com", ""})
        CHECK_FALSE(is_loopback_address(host));
}
