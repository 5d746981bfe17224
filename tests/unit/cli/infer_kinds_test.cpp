#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cli/infer/kinds/object_names.h"
#include "infer_fixture.h"

namespace laminar {
namespace {

using Texts = std::vector<std::string>;

/// So many messages, with their number in the place of {}.
Texts repeated(std::string_view message, int count) {
    Texts messages;
    for (int number = 0; number < count; ++number) {
        std::string text(message);
        for (std::size_t at = text.find("{}"); at != std::string::npos; at = text.find("{}"))
            text.replace(at, 2, std::to_string(number));
        messages.push_back(text);
    }
    return messages;
}

Texts together(std::initializer_list<Texts> parts) {
    Texts all;
    for (const Texts& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

TEST_CASE("infer: a tag whose values go with different members tells kinds apart") {
    const InferFixture found(together({repeated(R"({"e":"trade","s":"A","p":{},"q":1})", 9),
                                       repeated(R"({"e":"book","s":"A","bids":[[1,{}]],"asks":[]})", 6)}));
    CHECK(found.accepts() == Texts{"MAP {'$.e': 'trade'}", "MAP {'$.e': 'book'}"});
}

TEST_CASE("infer: values that go with the same members are one kind") {
    const InferFixture found(
        together({repeated(R"({"side":"buy","p":{}})", 9), repeated(R"({"side":"sell","p":{}})", 6)}));
    CHECK(found.accepts() == Texts{""});
}

TEST_CASE("infer: a field that is there now and then makes no kind") {
    const InferFixture found(together(
        {repeated(R"({"a":1,"b":2,"c":3,"d":4,"e":5,"n":{}})", 9), repeated(R"({"a":1,"b":2,"c":3,"d":4,"e":5})", 6)}));
    CHECK(found.accepts() == Texts{""});
}

TEST_CASE("infer: what has no tag is told by what it has") {
    const InferFixture found(together({repeated(R"({"data":{"e":"trade","p":{},"q":1,"m":true}})", 9),
                                       repeated(R"({"data":{"u":{},"B":1,"A":2}})", 6),
                                       {R"({"result":null,"id":1})"}}));
    REQUIRE(found.accepts().size() == 3);
    CHECK(found.accepts()[0] == "MAP {'$.data.e': 'trade'}");
    CHECK(found.accepts()[1].ends_with("EXISTS}"));
    CHECK(found.accepts()[2].ends_with("EXISTS}"));
}

TEST_CASE("infer: topics with what they are about are told by their beginning") {
    const InferFixture found(together({repeated(R"({"topic":"trades.A{}","p":1,"q":2})", 20),
                                       repeated(R"({"topic":"book.A{}","bids":[],"asks":[]})", 19)}));
    CHECK(found.accepts() == Texts{"MAP {'$.topic': STARTS_WITH('trades.')}", "MAP {'$.topic': STARTS_WITH('book.')}"});
}

TEST_CASE("infer: arrays are told by the tag at a position") {
    const InferFixture found(
        together({repeated(R"([7,[[1,{}],[2,{}]],"trade","A"])", 9),
                  repeated(R"([8,{"a":[1,2],"b":{}},"ticker","A"])", 6), repeated(R"({"event":"heartbeat"})", 2)}));
    CHECK(found.accepts() == Texts{"MAP {'$[2]': 'trade'}", "MAP {'$[2]': 'ticker'}", "MAP {'$.event': 'heartbeat'}"});
    CHECK(found.tables()[0].find("rows = '$[1][*]'") != std::string::npos);
    CHECK(found.tables()[1].find("rows = '$[1]'") != std::string::npos);
}

TEST_CASE("infer: objects in an array are judged each for itself") {
    const InferFixture found(repeated(R"([{"ev":"T","p":{},"s":1},{"ev":"Q","bp":{},"ap":3,"bs":4}])", 5));
    CHECK(found.accepts() == Texts{"MAP {'$.ev': 'Q'}", "MAP {'$.ev': 'T'}"});
}

TEST_CASE("infer: numbers of channels tell nothing") {
    const InferFixture found(together({repeated(R"({"channel":{"id":1234},"a":1,"b":{}})", 9),
                                       repeated(R"({"channel":{"id":5678},"c":[1],"d":{}})", 9)}));
    REQUIRE(found.accepts().size() == 2);
    CHECK(found.accepts()[0].find("1234") == std::string::npos);
}

TEST_CASE("infer: scalars and empty containers are of no kind, and are kept away") {
    const InferFixture found(together({repeated(R"({"a":{},"b":2})", 3), {"{}", "[]", "7", R"("pong")"}}));
    REQUIRE(found.accepts().size() == 1);
    CHECK(found.accepts().front().ends_with("EXISTS}"));
}

TEST_CASE("infer: arrays are told from lists of objects, whose objects are rows by themselves") {
    const InferFixture found(together({repeated(R"([7,"a",{}])", 5), repeated(R"([{"x":{}},{"x":1}])", 5)}));
    CHECK(found.accepts() == Texts{"MAP {'$.x': EXISTS}", "MAP {'$[1]': 'a'}"});
}

TEST_CASE("infer: where nothing tells messages from scalars, one table takes everything") {
    const InferFixture found({R"({"b":1,"c":1,"d":1})", R"({"a":1,"c":1,"d":1})", R"({"a":1,"b":1,"d":1})",
                              R"({"a":1,"b":1,"c":1})", "7", R"("pong")"});
    CHECK(found.columns() == "value JSON WITH (json_path = '$')");
    CHECK(found.options() == "connector = 'feed', rows = '$'");
}

TEST_CASE("infer: digits are no names of columns, since paths take them for elements") {
    const InferFixture found(repeated(R"({"1":{},"x":2})", 3));
    CHECK(found.columns() == "value JSON WITH (json_path = '$')");
}

TEST_CASE("infer: a million different fields are bounded") {
    Texts messages;
    for (int message = 0; message < 40; ++message) {
        std::string text = "{";
        for (int field = 0; field < 2000; ++field)
            text += fmt::format("{}\"k{}\":1", field == 0 ? "" : ",", message * 2000 + field);
        messages.push_back(text + "}");
    }
    const InferFixture found(messages);
    CHECK(found.columns() == "value JSON WITH (json_path = '$')");
}

TEST_CASE("infer: deep nesting is kept as JSON") {
    std::string deep;
    for (int level = 0; level < 500; ++level) deep += R"({"a":)";
    deep += "1" + std::string(500, '}');
    const InferFixture found({deep, deep});
    CHECK(found.tables().size() == 1);
    CHECK(found.columns().find("JSON") != std::string::npos);
}

TEST_CASE("infer: names are plain words, and given once") {
    CHECK(snake_case_name("PositionReport") == "position_report");
    CHECK(snake_case_name("publicTrade.") == "public_trade");
    CHECK(snake_case_name("l2_data") == "l2_data");
    CHECK(snake_case_name("MMSI") == "mmsi");
    CHECK(plain_name("24h change") == "_24h_change");
    CHECK(plain_name("") == "x");
    CHECK(connection_name_of_host("stream.binance.com") == "binance");
    CHECK(connection_name_of_host("ws.example.co.uk") == "example");
    CHECK(connection_name_of_host("127.0.0.1") == "feed");
    CHECK(connection_name_of_host("localhost") == "feed");
    UniqueNames names;
    CHECK(names.take("a") == "a");
    CHECK(names.take("A") == "A_2");
}

}  // namespace
}  // namespace laminar
