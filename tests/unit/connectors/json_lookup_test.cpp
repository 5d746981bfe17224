#include "connectors/codec/json/json_lookup.h"

#include <doctest/doctest.h>

#include "catalog/options/json_path.h"

namespace laminar {
namespace {

std::string at(std::string_view json, std::string_view path) {
    const auto found = find_json_value(json, *parse_json_path(path));
    return found ? std::string(*found) : "nothing";
}

}  // namespace

TEST_CASE("json lookup: what is JSON") {
    for (const char* good : {"{}", " [1, 2]\n", "null", "\"text\"", "{\"a\": {\"b\": []}}", "{}\n{}\n", "1\n2"}) {
        CAPTURE(good);
        CHECK(is_json(good));
    }
    for (const char* bad : {"", " ", "{", "{\"a\"}", "hello", "{} {}", "[1,]", "{}\n{", "nul"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_json(bad));
    }
    CHECK(is_json(std::string(200'000, '[') + std::string(200'000, ']')));
    CHECK_FALSE(is_json(std::string_view("1\0", 2)));
}

TEST_CASE("json lookup: values by path") {
    const std::string_view json = R"( {"a": {"b": [10, {"c": "x"}]}, "\u0061b": 5, "a.b": 6, "twice": 1, "twice": 2} )";
    CHECK(at(json, "$.a.b[0]") == "10");
    CHECK(at(json, "$.a.b[1].c") == "\"x\"");
    CHECK(at(json, "$.a.b") == R"([10, {"c": "x"}])");
    CHECK(at(json, "ab") == "5");
    CHECK(at(json, "$['a.b']") == "6");
    CHECK(at(json, "twice") == "2");
    for (const char* path : {"$.A", "$.a.b[2]", "$.a.b.c", "$.a.b[0].c", "$.nothing"}) {
        CAPTURE(path);
        CHECK(at(json, path) == "nothing");
    }
    CHECK(json_value_text("\"l\\u00e4ngs\\n\"") == "längs\n");
    CHECK(json_value_text("true") == "true");
}

TEST_CASE("json lookup: containment") {
    CHECK(json_contains(R"({"op": "pong", "time": 5})", R"({"op":"pong"})"));
    CHECK(json_contains(R"({"a":{"b":[1,{"c":2,"d":3}]}})", R"({ "a" : { "b" : [ 1 , { "c" : 2 } ] } })"));
    CHECK(json_contains(R"({"a":"\u0062"})", R"({"a":"b"})"));
    CHECK_FALSE(json_contains(R"({"op":"ping"})", R"({"op":"pong"})"));
    CHECK_FALSE(json_contains(R"({"op":1})", R"({"op":"1"})"));
    CHECK_FALSE(json_contains(R"({"a":[1,2]})", R"({"a":[1]})"));
    CHECK_FALSE(json_contains(R"({"a":[1]})", R"({"a":[1,2]})"));
    CHECK_FALSE(json_contains("{}", R"({"a":null})"));
}

}  // namespace laminar
