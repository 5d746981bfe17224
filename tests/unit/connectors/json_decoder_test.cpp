#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder_fixture.h"

using namespace laminar;

TEST_CASE("strings of every length, with and without escapes, at every place") {
    for (std::size_t before = 0; before < 17; ++before) {
        for (std::size_t length = 0; length < 70; ++length) {
            std::string plain;
            for (std::size_t at = 0; at < length; ++at) plain += static_cast<char>('a' + at % 26);
            std::string escaped = "\\u0041" + plain;
            escaped.insert(6 + length / 2, "\\n");
            const std::string spaces(before, ' ');
            DecoderFixture fixture({payload_column("key", "VARCHAR"), payload_column("other", "VARCHAR")});
            const std::string text = "{" + spaces + "\"key\":\"" + plain + "\",\"other\":\"" + escaped + "\"}";
            INFO(text);
            REQUIRE(fixture.refusal(text) == "");
            std::string unescaped = "A" + plain;
            unescaped.insert(1 + length / 2, "\n");
            CHECK(fixture.batch.columns[0].string_at(0) == plain);
            CHECK(fixture.batch.columns[1].string_at(0) == unescaped);
        }
    }
}

TEST_CASE("a message of one object is a row, whatever the order of its fields") {
    DecoderFixture feed({payload_column("symbol", "VARCHAR"), payload_column("price", "DOUBLE"),
                         payload_column("volume", "BIGINT"), payload_column("live", "BOOLEAN"),
                         payload_column("ts", "TIMESTAMP")});
    const std::vector<std::string_view> messages = {
        R"({"symbol":"AAPL","price":189.25,"volume":1200,"live":true,"ts":"2024-01-15T10:30:00.25Z"})",
        R"({"ts":"2024-01-15 12:30:00.25+02:00","live":true,"other":[1,{"symbol":"X"}],"volume":1200,"price":189.25,"symbol":"AAPL"})",
        "  {\"SYMBOL\" : \"AAPL\",\n\"Price\":18925e-2,\"volume\":1200.0,\"live\":true,\"ts\":1705314600.25}\n",
    };
    for (std::size_t row = 0; row < messages.size(); ++row) {
        CAPTURE(messages[row]);
        CHECK(feed.refusal(messages[row]) == "");
        CHECK(feed.row(row) == R"(["AAPL",189.25,1200,true,"2024-01-15T10:30:00.25Z"])");
    }
    CHECK(feed.batch.messages == 3);
    CHECK(feed.batch.bytes == messages[0].size() + messages[1].size() + messages[2].size());
}

TEST_CASE("arrays and lines of objects are a row each") {
    struct Case {
        std::string_view payload;
        std::vector<std::string> rows;
    };
    const std::vector<Case> cases = {
        {R"([{"a":1},{"a":2}])", {"[1]", "[2]"}},
        {"{\"a\":1}\n{\"a\":2}\r\n\n  {\"a\":3}\n", {"[1]", "[2]", "[3]"}},
        {"[{\"a\":1},{\"a\":2}]\n[{\"a\":3}]", {"[1]", "[2]", "[3]"}},
        {"[]", {}},
        {" [ ] ", {}},
        {R"([{}])", {"[null]"}},
    };
    for (const Case& test : cases) {
        CAPTURE(test.payload);
        DecoderFixture feed({payload_column("a", "INTEGER")});
        CHECK(feed.refusal(test.payload) == "");
        REQUIRE(feed.batch.rows == test.rows.size());
        for (std::size_t row = 0; row < test.rows.size(); ++row) CHECK(feed.row(row) == test.rows[row]);
        CHECK(feed.batch.messages == 1);
    }
}

TEST_CASE("each element of an array is a row of its own, and an error of its own") {
    DecoderFixture feed({payload_column("a", "INTEGER"), payload_column("tags", "VARCHAR[]")});
    CHECK(feed.refusal(R"({"a":1,"tags":["x"]})") == "");
    const std::string text = R"([{"a":2,"tags":["y","z"]},{"tags":["w"],"a":"no","b":{"a":1}},7,[{"a":9}],{"a":3}])";
    const std::optional<MessageError> error = feed.decode(text);
    REQUIRE(error.has_value());
    CHECK(error->rows_kept);
    CHECK(error->message == R"(element 1 of the message: field "a": expected INTEGER, found string "no")");
    CHECK(text.substr(error->part_begin, error->part_end - error->part_begin) ==
          R"({"tags":["w"],"a":"no","b":{"a":1}})");
    REQUIRE(error->further.size() == 2);
    CHECK(error->further[0].message == "element 2 of the message is a number; expected an object");
    CHECK(error->further[1].message == "element 3 of the message is an array; expected an object");
    CHECK(text.substr(error->further[1].part_begin, 9) == R"([{"a":9}])");
    CHECK(feed.refusal(R"([{"a":"x"},{"a":"y"}])") ==
          R"(type_mismatch: element 0 of the message: field "a": expected INTEGER, found string "x")");
    CHECK(feed.refusal(R"([{"a":5},{"a":6])").starts_with("invalid_json: invalid JSON at byte 15"));
    CHECK(feed.refusal(R"({"a":4,"tags":["v"]})") == "");
    REQUIRE(feed.batch.rows == 4);
    CHECK(feed.batch.messages == 3);
    const std::vector<std::string> rows{R"([1,["x"]])", R"([2,["y","z"]])", "[3,null]", R"([4,["v"]])"};
    for (std::size_t row = 0; row < rows.size(); ++row) CHECK(feed.row(row) == rows[row]);
}

TEST_CASE("each line is a row of its own, and an error of its own") {
    DecoderFixture feed({payload_column("a", "INTEGER")});
    const std::string text =
        "{\"a\":1}\n{\"a\":\"x\"}\n\nnot json\n[{\"a\":2},{\"a\":true}]\n{\"a\":3} {\n{\"a\":4}\n{\"a\":";
    const std::optional<MessageError> error = feed.decode(text);
    REQUIRE(error.has_value());
    CHECK(error->rows_kept);
    std::vector<std::string> messages{error->message};
    for (const MessageError& each : error->further) messages.push_back(each.message);
    CHECK(messages ==
          std::vector<std::string>{
              R"(line 2 of the message: field "a": expected INTEGER, found string "x")",
              "line 4 of the message: invalid JSON at byte 20: not a value",
              R"(element 1 of line 5 of the message: field "a": expected INTEGER, found true)",
              "line 6 of the message: invalid JSON at byte 57: text after the value; further values must be "
              "on lines of their own",
              "line 8 of the message: invalid JSON at byte 72: not a value"});
    CHECK(text.substr(error->further[0].part_begin, 8) == "not json");
    CHECK(error->further[0].part_end - error->further[0].part_begin == 8);
    REQUIRE(feed.batch.rows == 3);
    CHECK(feed.row(0) == "[1]");
    CHECK(feed.row(1) == "[2]");
    CHECK(feed.row(2) == "[4]");
    CHECK(feed.refusal("not\njson\nat all") == "invalid_json: invalid JSON at byte 1: not a value");
    // What is wrong in the midst of a value of several lines is wrong with the message.
    CHECK(feed.refusal("{\n\"a\": 1,\n\"b\" 2\n}").starts_with("invalid_json: invalid JSON at byte 14: missing colon"));
    CHECK(feed.batch.rows == 3);
}

TEST_CASE("feeds whose fields come and go are matched as well as regular ones") {
    DecoderFixture feed({payload_column("a", "INTEGER"), payload_column("b", "INTEGER")});
    const std::string long_key(200, 'k');
    for (int round = 0; round < 3; ++round) {
        feed.batch.clear();
        CHECK(feed.refusal(R"({"a":1,"b":2})") == "");
        CHECK(feed.refusal(R"({"b":2,"a":1})") == "");
        CHECK(feed.refusal("{\"" + long_key + "\":0,\"x\":0,\"a\":1,\"b\":2}") == "");
        CHECK(feed.refusal(R"({"":0,"B":2,"a":1})") == "");
        for (std::size_t row = 0; row < 4; ++row) CHECK(feed.row(row) == "[1,2]");
    }
    std::string many = "{";
    for (int key = 0; key < 1000; ++key) many += "\"k" + std::to_string(key) + "\":0,";
    CHECK(feed.refusal(many + "\"a\":1,\"b\":2}") == "");
    CHECK(feed.row(4) == "[1,2]");
}

TEST_CASE("a key that is expected is read as any other") {
    DecoderFixture feed({payload_column("a\"b", "INTEGER"), payload_column("abc", "INTEGER")});
    CHECK(feed.refusal(R"({"a\"b":1,"abc":2})") == "");
    // What was learned of it holds a quote, which a message must escape.
    CHECK(feed.refusal(R"({"a\"b":3,"abc":4})") == "");
    CHECK(feed.refusal(R"({"a"b":5,"abc":6})") == "invalid_json: invalid JSON at byte 4: missing colon after a name");
    CHECK(feed.refusal(R"({"a\"b":7,"ab":8})") == "");
    CHECK(feed.refusal(R"({"a\"b":9,"abcd":10})") == "");
    CHECK(feed.refusal(R"({"a\"b":11,"ab\u0063":12})") == "");
    const std::vector<std::string> rows{"[1,2]", "[3,4]", "[7,null]", "[9,null]", "[11,12]"};
    for (std::size_t row = 0; row < rows.size(); ++row) CHECK(feed.row(row) == rows[row]);

    const std::string whole = R"({"a\"b":1,"abc":2})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        DecoderFixture fresh({payload_column("a\"b", "INTEGER"), payload_column("abc", "INTEGER")});
        const std::string refusal = feed.refusal(whole.substr(0, size));
        CHECK(refusal != "");
        CHECK(refusal == fresh.refusal(whole.substr(0, size)));
    }
}

TEST_CASE("escapes and bytes beyond ASCII are seen wherever they stand") {
    DecoderFixture feed({payload_column("t", "VARCHAR")});
    for (std::size_t size = 0; size < 20; ++size) {
        const std::string padding(size, '[');  // One above the backslash.
        CHECK(feed.refusal("{\"t\":\"" + padding + "\\ud83d\\ude00" + padding + "\"}") == "");
        CHECK(feed.refusal("{\"t\":\"" + padding + "\xC3\xA4" + padding + "\"}") == "");
        CHECK(feed.refusal("{\"t\":\"" + padding + "\\ude00" + padding + "\"}") != "");
        CHECK(feed.refusal("{\"t\":\"" + padding + "\xC3" + padding + "\"}") != "");
        CHECK(feed.batch.columns[0].string_at(2 * size) == padding + "\xF0\x9F\x98\x80" + padding);
    }
}
