#include <doctest/doctest.h>

#include "connectors/websocket/options/path_parameters.h"

using namespace laminar;

TEST_CASE("path parameters: what stands in a request's path for them") {
    CHECK(path_parameters_json("/ocpp/CP1", "/ocpp/{station}") == R"({"station":"CP1"})");
    CHECK(path_parameters_json("/ocpp/CP1?a=b", "/ocpp/{station}") == R"({"station":"CP1"})");
    CHECK(path_parameters_json("/b/2/a/1", "/b/{b}/a/{a}") == R"({"b":"2","a":"1"})");
    CHECK(path_parameters_json("/events", "/events") == "");
    CHECK(path_parameters_json("/", "/{all}") == "");
}

TEST_CASE("path parameters: what is encoded is decoded, and separates nothing") {
    CHECK(path_parameters_json("/ocpp/a%2Fb%20%22c+d", "/ocpp/{station}") == R"({"station":"a/b \"c+d"})");
    CHECK(path_parameters_json("/ocpp/%FF", "/ocpp/{station}") == "{\"station\":\"\xEF\xBF\xBD\"}");
    CHECK(path_parameters_json("/%6Fcpp/x", "/ocpp/{station}") == R"({"station":"x"})");
}

TEST_CASE("path parameters: a part that is no parameter stands for itself") {
    CHECK(match_path("/%7Bstation", "/%7Bstation"));
    CHECK_FALSE(match_path("/a/b", "/{station}"));
    CHECK_FALSE(match_path("/", "/{station}"));
    CHECK_FALSE(match_path("/a", "/{station}/b"));
}
