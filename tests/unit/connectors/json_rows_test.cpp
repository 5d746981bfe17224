#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "catalog/options/json_path.h"
#include "decoder_fixture.h"

using namespace laminar;

namespace {

BatchColumn of_message(BatchColumn column) {
    column.of_message = true;
    return column;
}

BatchColumn whole(const std::string& name, const std::string& type) {
    BatchColumn column = path_column(name, type, {});
    column.takes_all = true;
    return column;
}

BatchColumn id() { return metadata_column("message_id", "VARCHAR", MetadataField::message_id); }

std::string rows_of(const DecoderFixture& reader) {
    std::string text;
    for (std::size_t row = 0; row < reader.batch.rows; ++row) text += (row == 0 ? "" : " ") + reader.row(row);
    return text;
}

/// What comes of a message by itself: its rows, or why there are none, or both.
std::string outcome(DecoderFixture& reader, std::string_view payload) {
    reader.batch.clear();
    const std::optional<MessageError> error = reader.decode(payload);
    std::string text = rows_of(reader);
    if (!error) return text;
    CHECK(error->rows_kept == (reader.batch.rows > 0));
    text += (text.empty() ? "" : " | ") + error->type + ": " + error->message;
    for (const MessageError& further : error->further) text += " | " + further.message;
    return text;
}

}  // namespace

TEST_CASE("elements of a list are rows, with fields of the message") {
    DecoderFixture reader({payload_column("p", "INTEGER"), of_message(path_column("s", "VARCHAR", {"s"})), id()}, {},
                          false, "$.data[*]");
    CHECK(outcome(reader, R"({"s":"a","data":[{"p":1},{"p":2}],"message_id":"m1"})") == R"([1,"a","m1"] [2,"a","m1"])");
    CHECK(outcome(reader, R"({"message_id":7,"data":[{"p":1,"s":"its own","message_id":"other"}],"s":"after"})") ==
          R"([1,"after","7"])");
    CHECK(outcome(reader, R"({"data":[{"p":1},{"p":2}],"s":"a","data":[{"p":9}]})") == R"([9,"a","feed-7"])");
    CHECK(
        outcome(reader, R"({"data":[{"p":"bad"},{"p":1}],"s":"a","data":[{"p":9},{"p":"no"}]})") ==
        R"([9,"a","feed-7"] | type_mismatch: element 1 of $.data[*]: field "p": expected INTEGER, found string "no")");
    CHECK(outcome(reader, R"({"data":[{"p":1}],"data":{"p":2}})") == "missing_field: there are no rows at $.data[*]");
    CHECK(outcome(reader, R"({"data":[{"p":1}],"data":null})").empty());
    CHECK(outcome(reader, R"({"data":[{}]})") == R"([null,null,"feed-7"])");
    CHECK(outcome(reader, R"({"s":{"data":[{"p":1}]},"data":[]})").find("type_mismatch") == 0);
    CHECK(outcome(reader, R"({"data":[],"s":"none"})").empty());
    CHECK(outcome(reader, R"({"data":null})").empty());
    CHECK(reader.batch.messages == 1);
    CHECK(outcome(reader, R"({"s":"a"})") == "missing_field: there are no rows at $.data[*]");
    CHECK(outcome(reader, R"({"data":{"p":1}})") == "missing_field: there are no rows at $.data[*]");
    CHECK(outcome(reader, "7") == "missing_field: there are no rows at $.data[*]");
    CHECK(outcome(reader, R"([{"data":[{"p":1}]}])") == "missing_field: there are no rows at $.data[*]");
}

TEST_CASE("a row that is wrong is an error of its own, a field of the message one of all rows") {
    DecoderFixture reader({payload_column("p", "INTEGER"), of_message(path_column("s", "VARCHAR", {"s"}))}, {}, false,
                          "$.data[*]");
    CHECK(outcome(reader, R"({"data":[{"p":1},{"p":"x"},7,[],{"p":2}],"s":"a"})") ==
          R"([1,"a"] [2,"a"] | type_mismatch: element 1 of $.data[*]: field "p": expected INTEGER, found string "x")"
          " | element 2 of $.data[*] is a number; expected an object | element 3 of $.data[*] is an array; expected an "
          "object");
    CHECK(outcome(reader, R"({"data":[{"p":1}],"s":5})") ==
          R"(type_mismatch: field "s": expected VARCHAR, found number 5)");
    CHECK(outcome(reader, R"({"data":[{"p":1}],"s":"a",})").find("invalid_json") == 0);
    CHECK(outcome(reader,
                  "{\"data\":[{\"p\":1}],\"s\":\"a\"}\n{\"s\":\"b\"}\n{\"data\":[{\"p\":3},{\"p\":[]}],\"s\":\"c\"}\n{"
                  "broken") ==
          R"([1,"a"] [3,"c"] | missing_field: line 2 of the message: there are no rows at $.data[*])"
          R"( | element 1 of $.data[*] in line 3 of the message: field "p": expected INTEGER, found an array)"
          " | line 4 of the message: invalid JSON at byte 74: a member must begin with a name in quotes");
}

TEST_CASE("messages that are arrays are rows, or have them in their places") {
    DecoderFixture message({path_column("channel", "INTEGER", {"0"}), path_column("price", "DOUBLE", {"2", "1"})}, {},
                           false, "$");
    CHECK(outcome(message, R"([5,"te",[1,2.5]])") == "[5,2.5]");
    CHECK(outcome(message, R"([5,"hb"])") == "[5,null]");
    CHECK(outcome(message, R"({"event":"info"})") == "type_mismatch: the message is an object; expected an array");
    CHECK(outcome(message, "5") == "type_mismatch: the message is a number; expected an array");

    DecoderFixture elements({path_column("price", "DOUBLE", {"0"}), of_message(path_column("pair", "VARCHAR", {"3"})),
                             of_message(path_column("channel", "INTEGER", {"0"}))},
                            {}, false, "$[1][*]");
    CHECK(outcome(elements, R"([9,[[1],[2.5,[]],[3]],"trade","XBT"])") ==
          R"([1.0,"XBT",9] [2.5,"XBT",9] [3.0,"XBT",9])");
    CHECK(outcome(elements, R"([9,[[1],{"0":2}],"trade","XBT"])") ==
          R"([1.0,"XBT",9] | type_mismatch: element 1 of $[1][*] is an object; expected an array)");
}

TEST_CASE("a row may be anything for a column that takes it whole") {
    DecoderFixture numbers({whole("n", "INTEGER"), of_message(whole("m", "JSON"))}, {}, false, "$.l[*]");
    CHECK(outcome(numbers, R"({"l":[1,null,3]})") ==
          R"([1,{"l":[1,null,3]}] [null,{"l":[1,null,3]}] [3,{"l":[1,null,3]}])");
    CHECK(outcome(numbers, R"({"l":[1,"x",{}]})") ==
          R"([1,{"l":[1,"x",{}]}] | type_mismatch: element 1 of $.l[*]: field "$": expected INTEGER, found string "x")"
          R"( | element 2 of $.l[*]: field "$": expected INTEGER, found an object)");
    DecoderFixture texts({whole("t", "VARCHAR")}, {}, false, "$[*]");
    CHECK(outcome(texts, R"(["a","\u0062\"",""])") == R"(["a"] ["b\""] [""])");
    DecoderFixture objects({whole("o", "JSON"), payload_column("a", "INTEGER")});
    CHECK(outcome(objects, R"([{"a":1}, { "a" : 2 }])") == R"([{"a":1},1] [{ "a" : 2 },2])");
    CHECK(outcome(objects, R"({"a":1})") == R"([{"a":1},1])");
    CHECK(outcome(objects, "5") == "type_mismatch: the message is a number; expected an object or an array of objects");
}

TEST_CASE("rows are within rows, and one value may be one") {
    DecoderFixture nested({payload_column("n", "INTEGER"), of_message(path_column("d", "VARCHAR", {"a", "d"}))}, {},
                          false, "$.a.b[*].c[*]");
    CHECK(outcome(nested,
                  R"({"a":{"b":[{"c":[{"n":1},{"n":2}]},{"x":[{"n":0}]},{"c":[{"n":3}]}],"d":"x","c":[{"n":9}]}})") ==
          R"([1,"x"] [2,"x"] [3,"x"])");
    CHECK(outcome(nested, R"({"b":[{"c":[{"n":1}]}]})") == "missing_field: there are no rows at $.a.b[*].c[*]");
    DecoderFixture one({payload_column("n", "INTEGER")}, {}, false, "$.a.b");
    CHECK(outcome(one, R"({"a":{"b":{"n":1}},"b":{"n":2}})") == "[1]");
    CHECK(outcome(one, R"({"a":{"b":[1]}})") == "type_mismatch: $.a.b is an array; expected an object");
    CHECK(outcome(one, R"({"a":{"b":{"n":"x"}}})") ==
          R"(type_mismatch: field "n": expected INTEGER, found string "x")");
}

TEST_CASE("defaults and columns that must not be NULL hold for fields of the message") {
    BatchColumn required = of_message(path_column("s", "VARCHAR", {"s"}));
    required.not_null = true;
    BatchColumn given = of_message(path_column("d", "VARCHAR", {"d"}));
    given.tracks_presence = true;
    DecoderFixture reader({payload_column("p", "INTEGER"), required, given}, {}, false, "$.data[*]");
    CHECK(outcome(reader, R"({"data":[{"p":1},{"p":2}]})") ==
          R"(missing_field: field "s" is missing, but column "s" is NOT NULL)");
    CHECK(outcome(reader, R"({"data":[{"p":1},{"p":2}],"s":"a"})") == R"([1,"a",null] [2,"a",null])");
    CHECK(reader.batch.presence[2] == std::vector<std::uint8_t>{0, 0});
    CHECK(outcome(reader, R"({"d":"x","data":[{"p":1}],"s":"a"})") == R"([1,"a","x"])");
    CHECK(reader.batch.presence[2] == std::vector<std::uint8_t>{1});
}

TEST_CASE("nothing is nested too deeply for rows within, however it is split") {
    DecoderFixture reader({payload_column("p", "JSON")}, {}, false, "$.data[*]");
    const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
    CHECK_FALSE(reader.decode("{\"data\":[{\"p\":" + nested(509) + "}]}"));
    CHECK(reader.refusal("{\"data\":[{\"p\":" + nested(510) + "}]}").find("too_deep") == 0);
    CHECK(reader.refusal("{\"x\":" + nested(512) + ",\"data\":[]}").find("too_deep") == 0);
}

TEST_CASE("rows within messages are what DecoderFixture makes of them one by one") {
    const std::uint64_t seed = 20'261'201;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto pick = [&](std::vector<std::string> of) { return of[random() % of.size()]; };
    for (int round = 0; round < 2000; ++round) {
        std::string expected;
        std::string list;
        const std::string symbol = pick({"\"a\"", "null", "\"\\u0041]\""});
        DecoderFixture each({payload_column("n", "JSON"), payload_column("m", "JSON")});
        for (std::size_t count = random() % 4; count > 0; --count) {
            const std::string row = "{\"n\":" + pick({"1", "[{}]", "\"}\"", "{\"data\":[{\"n\":7}]}"}) +
                                    pick({"", ",\"x\":[[]]", ", \"m\" : 2"}) + "}";
            list += (list.empty() ? "" : pick({",", " ,\n "})) + row;
            REQUIRE_FALSE(each.decode(row));
            expected += (expected.empty() ? "" : " ") +
                        each.row(each.batch.rows - 1).substr(0, each.row(each.batch.rows - 1).size() - 1) + "," +
                        (symbol == "\"\\u0041]\"" ? "\"A]\"" : symbol) + "]";
        }
        std::vector<std::string> members{"\"data\":[" + list + "]", "\"s\":" + symbol,
                                         pick({"\"n\":[{\"n\":1}]", "\"o\":{\"data\":[{}]}", "\"z\":0"})};
        std::shuffle(members.begin(), members.end(), random);
        const std::string payload = "{" + members[0] + "," + members[1] + " , " + members[2] + "}";
        CAPTURE(payload);
        DecoderFixture reader(
            {payload_column("n", "JSON"), payload_column("m", "JSON"), of_message(path_column("s", "VARCHAR", {"s"}))},
            {}, false, "$.data[*]");
        CHECK(outcome(reader, payload) == expected);
    }
}
