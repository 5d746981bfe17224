#include "parser/text/name_suggester.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace laminar {
namespace {

const std::vector<std::string> options{"endpoint",   "path",     "port",           "mode",
                                       "format",     "headers",  "reconnect",      "reconnect_interval_ms",
                                       "batch_size", "tls_cert", "tls_ca_cert",    "max_connections_per_ip",
                                       "data",       "host",     "max_connections"};

TEST_CASE("a slip of the finger finds the name") {
    CHECK(suggest_name("endpiont", options) == "endpoint");
    CHECK(suggest_name("formt", options) == "format");
    CHECK(suggest_name("headerss", options) == "headers");
    CHECK(suggest_name("prot", options) == "port");
    CHECK(suggest_name("batchsize", options) == "batch_size");
}

TEST_CASE("case is ignored") {
    CHECK(suggest_name("ENDPOINT", options) == "endpoint");
    CHECK(suggest_name("BatchSize", options) == "batch_size");
}

TEST_CASE("a name cut short is completed, nearest first") {
    CHECK(suggest_name("reconnect_interval", options) == "reconnect_interval_ms");
    CHECK(suggest_name("max_connection", options) == "max_connections");
    CHECK(suggest_name("max_connections_per", options) == "max_connections_per_ip");
}

TEST_CASE("words in another order are recognized") {
    CHECK(suggest_name("interval_reconnect_ms", options) == "reconnect_interval_ms");
    CHECK(suggest_name("size_batch", options) == "batch_size");
}

TEST_CASE("what resembles nothing gets no suggestion") {
    CHECK(suggest_name("compression", options).empty());
    CHECK(suggest_name("xyz", options).empty());
    CHECK(suggest_name("a", options).empty());
    CHECK(suggest_name("", options).empty());
    CHECK(suggest_name("port", std::vector<std::string>{}).empty());
    CHECK(suggest_name(std::string(100'000, 'p'), options).empty());
}

TEST_CASE("the name itself is never suggested") {
    CHECK(suggest_name("port", std::vector<std::string>{"port"}).empty());
    CHECK(suggest_name("mode", options).empty());
}

TEST_CASE("did_you_mean is a sentence or nothing") {
    CHECK(did_you_mean("formt", options) == "did you mean \"format\"?");
    CHECK(did_you_mean("zzzzzz", options).empty());
}

}  // namespace
}  // namespace laminar
