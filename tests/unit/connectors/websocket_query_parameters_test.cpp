#include <doctest/doctest.h>

#include "connectors/websocket/options/query_parameters.h"

namespace laminar {

TEST_CASE("query parameters: an object of strings") {
    CHECK(query_parameters_json("/feed") == "");
    CHECK(query_parameters_json("/feed?") == "");
    CHECK(query_parameters_json("/feed?&&") == "");
    CHECK(query_parameters_json("/feed?room=lobby&user=ann") == R"({"room":"lobby","user":"ann"})");
    CHECK(query_parameters_json("/feed?flag&empty=&a=b=c") == R"({"a":"b=c","empty":"","flag":""})");
}

TEST_CASE("query parameters: escapes are decoded once") {
    CHECK(query_parameters_json("/?a=x%20y+z&b=%2526") == R"({"a":"x y z","b":"%26"})");
    CHECK(query_parameters_json("/?n%61me=%C3%BC") == "{\"name\":\"\xC3\xBC\"}");
    CHECK(query_parameters_json("/?q=%22%5C%0a") == R"({"q":"\"\\\n"})");
    // What is no escape stays.
    CHECK(query_parameters_json("/?a=100%&b=%zz&c=%2") == R"({"a":"100%","b":"%zz","c":"%2"})");
}

TEST_CASE("query parameters: of one given twice the last counts, and bytes that are not UTF-8 do not get through") {
    CHECK(query_parameters_json("/?a=1&b=2&a=3&a=2") == R"({"a":"2","b":"2"})");
    CHECK(query_parameters_json("/?a=%FF") == "{\"a\":\"\xEF\xBF\xBD\"}");
}

}  // namespace laminar
