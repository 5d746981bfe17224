#include "connectors/matching/message_matcher.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace laminar::test {
namespace {

using Kind = ConditionValue::Kind;

MessageCondition equal(std::string place, std::string value, Kind kind = Kind::text) {
    return {std::move(place), {{kind, std::move(value)}}};
}

std::string found(const MessageMatcher& matcher, std::string_view message) {
    MessageMatcher::Look look;
    const auto set = matcher.find(message, look);
    return set ? std::to_string(*set) : "none";
}

TEST_CASE("the first set that a message meets") {
    MessageMatcher matcher;
    matcher.add({equal("$.type", "ping"), {"$.n", {}}});
    matcher.add({equal("$.type", "ping")});
    matcher.add({equal("$[0]", "hb")});
    matcher.add({equal("message", "2")});
    matcher.add({equal("message", "0{", Kind::text_start)});
    CHECK(found(matcher, R"({"type":"ping","n":null})") == "0");
    CHECK(found(matcher, R"({"n2":1,"type":"ping"})") == "1");
    CHECK(found(matcher, R"([ "hb" ])") == "2");
    CHECK(found(matcher, "2") == "3");
    CHECK(found(matcher, R"(0{"sid":"x"})") == "4");
    CHECK(found(matcher, "") == "none");
    CHECK(found(matcher, "   ") == "none");
    CHECK(found(matcher, R"({"type":"pong"})") == "none");
    CHECK(found(matcher, "22") == "none");
}

TEST_CASE("nothing else in a message goes with what is met") {
    MessageMatcher matcher;
    matcher.add({equal("$.type", "6", Kind::number)});
    CHECK(found(matcher, R"({"type":6})") == "0");
    CHECK(found(matcher, "{\"type\":6}\x1e") == "0");
    CHECK(found(matcher, " {\"type\":6} \n") == "0");
    CHECK(found(matcher, "{\"type\":6}\n{\"type\":1}") == "none");
    CHECK(found(matcher, "{\"type\":6}\x1e{\"type\":1}\x1e") == "none");
    CHECK(found(matcher, R"([{"type":6}])") == "none");
    CHECK(found(matcher, R"({"type":6,)") == "none");
    CHECK(found(matcher, R"({"type":6)") == "none");
}

TEST_CASE("bytes") {
    MessageMatcher matcher;
    matcher.add({equal("data", R"(\x20\x02)", Kind::text_start)});
    CHECK(found(matcher, std::string_view("\x20\x02\0\0", 4)) == "0");
    CHECK(found(matcher, "\x20\x03") == "none");
}

TEST_CASE("conditions in words") {
    CHECK(
        describe_conditions({equal("$.a", "b"), {"$.id", {}}, {"$.e", {{Kind::text, "x"}, {Kind::text_start, "y"}}}}) ==
        "$.a = b and $.id and $.e = x or y...");
}

}  // namespace
}  // namespace laminar::test
