#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "connectors/websocket/options/facts.h"
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

TEST_CASE("errors of one message are bounded") {
    DecoderFixture feed({payload_column("a", "INTEGER")});
    std::string text = "[{\"a\":1}";
    for (int element = 0; element < 1000; ++element) text += ",0";
    const std::optional<MessageError> error = feed.decode(text + "]");
    REQUIRE(error.has_value());
    REQUIRE(error->further.size() == 100);
    CHECK(error->further.back().message == "900 further parts of the message are wrong");
    CHECK(feed.batch.rows == 1);
}

TEST_CASE("the exact name decides, whatever its place; another case is for those that have no exact one") {
    DecoderFixture feed({payload_column("price", "INTEGER")});
    CHECK(feed.only_value(R"({"Price":1,"price":2})") == "2");
    CHECK(feed.only_value(R"({"price":2,"Price":1})") == "2");
    CHECK(feed.only_value(R"({"PRICE":3})") == "3");
    CHECK(feed.only_value(R"({"pricE":3,"PRICE":4})") == "4");
    CHECK(feed.only_value(R"({"prices":3})") == "null");
    // What does not fit counts only if nothing better comes.
    CHECK(feed.only_value(R"({"Price":"x","price":2})") == "2");
    CHECK(feed.only_value(R"({"Price":"x","PRICE":4})") == "4");
    CHECK(feed.only_value(R"({"Price":"x","price":null})") == "null");
    CHECK(feed.only_value(R"({"Price":"x"})") == R"(type_mismatch: field "price": expected INTEGER, found string "x")");
    CHECK(feed.only_value(R"({"price":2,"Price":{"x":1}})") == "2");

    DecoderFixture trades({payload_column("s", "VARCHAR"), payload_column("E", "TIMESTAMP")});
    CHECK(trades.refusal(R"({"e":"trade","E":1672515782136,"s":"X"})") == "");
    CHECK(trades.row(0) == R"(["X","2022-12-31T19:43:02.136Z"])");
}

TEST_CASE("columns that differ in case take their own fields alone, and a path is exact") {
    DecoderFixture both({payload_column("T", "TIMESTAMP"), payload_column("t", "INTEGER")});
    CHECK(both.refusal(R"({"T":0,"t":5})") == "");
    CHECK(both.refusal(R"({"T":0})") == "");
    CHECK(both.refusal(R"({"t":6})") == "");
    CHECK(both.row(0) == R"(["1970-01-01T00:00:00Z",5])");
    CHECK(both.row(1) == R"(["1970-01-01T00:00:00Z",null])");
    CHECK(both.row(2) == "[null,6]");

    DecoderFixture path(
        {path_column("x", "INTEGER", {"T"}), path_column("y", "INTEGER", {"o", "p"}), payload_column("t", "VARCHAR")});
    CHECK(path.refusal(R"({"t":"a","o":{"P":1}})") == "");
    CHECK(path.row(0) == R"([null,null,"a"])");
    CHECK(path.refusal(R"({"T":1,"O":{"p":2}})") == "");
    CHECK(path.row(1) == "[1,null,null]");
    CHECK(path.refusal(R"({"t":"b","T":2,"o":{"p":3}})") == "");
    CHECK(path.row(2) == R"([2,3,"b"])");

    // By name and by path, the same field.
    DecoderFixture shared({path_column("x", "INTEGER", {"T"}), payload_column("T", "INTEGER")});
    CHECK(shared.refusal(R"({"t":1})") == "");
    CHECK(shared.row(0) == "[null,1]");
    CHECK(shared.refusal(R"({"t":"no","T":2})") == "");
    CHECK(shared.row(1) == "[2,2]");
    CHECK(shared.refusal(R"({"T":3,"t":"no"})") == "");
    CHECK(shared.row(2) == "[3,3]");
}

TEST_CASE("a name with dots is the field of that name, else a path") {
    DecoderFixture feed({payload_column("service.name", "INTEGER"), payload_column("b", "INTEGER")});
    const std::vector<std::pair<std::string_view, std::string_view>> cases = {
        {R"({"service.name":1,"b":2})", "[1,2]"},
        {R"({"service":{"name":3},"b":2})", "[3,2]"},
        {R"({"service":{"name":"x"},"service.name":1})", "[1,null]"},
        {R"({"service.name":1,"service":{"name":"x"}})", "[1,null]"},
        {R"({"service.name":1,"service":{"name":5},"service":{}})", "[1,null]"},
        {R"({"Service.Name":7})", "[7,null]"},
        {R"({"Service.Name":7,"service":{"name":3}})", "[3,null]"},
        {R"({"service":{"name":3},"Service.Name":7})", "[3,null]"},
        {R"({"Service.Name":"x","service.name":null})", "[null,null]"},
        {R"({"service":{"name":3},"service":{}})", "[null,null]"},
        {R"({"service":{"Name":3}})", "[null,null]"},
        {R"({})", "[null,null]"},
    };
    for (std::size_t row = 0; row < cases.size(); ++row) {
        CAPTURE(cases[row].first);
        CHECK(feed.refusal(cases[row].first) == "");
        CHECK(feed.row(row) == cases[row].second);
    }
    CHECK(feed.refusal(R"({"service":{"name":"x"}})") ==
          R"(type_mismatch: field "service.name": expected INTEGER, found string "x")");
}

TEST_CASE("the field of the message id is found by the same rule") {
    DecoderOptions options;
    options.message_id_field = "id";
    DecoderFixture feed({metadata_column("message_id", "VARCHAR", MetadataField::message_id),
                         payload_column("ID", "VARCHAR"), payload_column("a", "INTEGER")},
                        options);
    CHECK(feed.refusal(R"({"id":"m1"})") == "");
    CHECK(feed.row(0) == R"(["m1","m1",null])");
    CHECK(feed.refusal(R"({"ID":"x","id":"m2"})") == "");
    CHECK(feed.row(1) == R"(["m2","x",null])");
    CHECK(feed.refusal(R"({"id":"m3","ID":"x"})") == "");
    CHECK(feed.row(2) == R"(["m3","x",null])");
    CHECK(feed.refusal(R"({"ID":"x"})") == "");
    CHECK(feed.row(3) == R"(["feed-7","x",null])");
}

TEST_CASE("of a field given twice the last counts, with all that is in it") {
    DecoderFixture feed({payload_column("a", "INTEGER"), path_column("x", "INTEGER", {"o", "x"}),
                         path_column("y", "INTEGER", {"o", "y"}), payload_column("o", "JSON")});
    CHECK(feed.refusal(R"({"a":1,"a":2,"o":{"x":1,"y":2},"o":{"y":3}})") == "");
    CHECK(feed.row(0) == R"([2,null,3,{"y":3}])");
    CHECK(feed.refusal(R"({"o":{"x":1},"o":7,"a":1,"a":null})") == "");
    CHECK(feed.row(1) == "[null,null,null,7]");
    CHECK(feed.refusal(R"({"o":{"x":1},"o":{"X":5}})") == "");
    CHECK(feed.row(2) == R"([null,null,null,{"X":5}])");
}

TEST_CASE("paths reach into objects and arrays") {
    DecoderFixture feed({path_column("user", "VARCHAR", {"data", "user", "name"}),
                         path_column("second", "INTEGER", {"data", "points", "1"}),
                         path_column("deep", "INTEGER", {"data", "points", "2", "z"}), payload_column("data", "JSON")});
    CHECK(feed.refusal(R"({"data":{"points":[10, 20 ,{"z":30}],"user":{"name":"Ann"}}})") == "");
    CHECK(feed.row(0) == R"(["Ann",20,30,{"points":[10, 20 ,{"z":30}],"user":{"name":"Ann"}}])");
    CHECK(feed.refusal(R"({"data":{"points":{"1":5},"user":[]}})") == "");
    CHECK(feed.row(1) == R"([null,5,null,{"points":{"1":5},"user":[]}])");
    CHECK(feed.refusal(R"({"data":null})") == "");
    CHECK(feed.row(2) == "[null,null,null,null]");
}

TEST_CASE("JSON columns keep their text as it was sent") {
    DecoderFixture feed({payload_column("j", "JSON")});
    for (const std::string_view text :
         {R"(1.10)", R"(123456789012345678901234567890.5)", R"("a\u00e9\n\"b")", R"({ "k" : [1 , 2e5] })", "true",
          "null", R"([])", R"("")", R"({"a":{"b":[{"c":"}]"}]}})"}) {
        CAPTURE(text);
        CHECK(feed.only_value("{\"x\":0,\"j\": " + std::string(text) + " ,\"y\":1}") == text);
    }
}

TEST_CASE("absent is NULL without presence, null is NULL with it") {
    BatchColumn defaulted = payload_column("a", "INTEGER");
    defaulted.tracks_presence = true;
    DecoderFixture feed({defaulted, payload_column("b", "INTEGER")});
    CHECK(feed.refusal("[{},{\"a\":null},{\"a\":5},{\"b\":1}]") == "");
    CHECK(feed.batch.presence[0] == std::vector<std::uint8_t>{0, 1, 1, 0});
    CHECK(feed.batch.presence[1].empty());
    CHECK(feed.row(2) == "[5,null]");
}

TEST_CASE("NOT NULL refuses what is missing or null, and missing is fine with a DEFAULT") {
    BatchColumn required = payload_column("id", "INTEGER");
    required.not_null = true;
    DecoderFixture strict({required});
    CHECK(strict.refusal("{}") == R"(missing_field: field "id" is missing, but column "id" is NOT NULL)");
    CHECK(strict.refusal(R"({"id":null})") == R"(missing_field: field "id" is null, but column "id" is NOT NULL)");
    CHECK(strict.refusal(R"({"id":1})") == "");

    required.tracks_presence = true;
    DecoderFixture defaulted({required});
    CHECK(defaulted.refusal("{}") == "");
    CHECK(defaulted.refusal(R"({"id":null})") == R"(missing_field: field "id" is null, but column "id" is NOT NULL)");
    CHECK(defaulted.batch.rows == 1);
}

TEST_CASE("metadata columns") {
    DecoderFixture feed({metadata_column("message_id", "VARCHAR", MetadataField::message_id),
                         metadata_column("connection_name", "VARCHAR", MetadataField::connection_name),
                         metadata_column("client_id", "VARCHAR", WebSocketMetadata::client_id),
                         metadata_column("remote_address", "VARCHAR", MetadataField::remote_address),
                         metadata_column("received_at", "TIMESTAMP", MetadataField::received_at),
                         metadata_column("processed_at", "TIMESTAMP", MetadataField::processed_at),
                         metadata_column("message_size", "BIGINT", MetadataField::message_size),
                         metadata_column("message", "VARCHAR", MetadataField::message),
                         metadata_column("data", "BLOB", MetadataField::data),
                         metadata_column("delivery_count", "INTEGER", MetadataField::delivery_count),
                         payload_column("a", "INTEGER")});
    CHECK(feed.refusal(R"({"a":1})") == "");
    CHECK(
        feed.row(0) ==
        R"(["feed-7","feed","client-1","127.0.0.1:4242","2024-01-15T10:30:00Z",null,7,"{\"a\":1}","eyJhIjoxfQ==",1,1])");

    SUBCASE("the id may come from the payload") {
        CHECK(feed.refusal(R"([{"message_id":"m-1"},{"message_id":42},{"message_id":{}}])") == "");
        CHECK(feed.value(0, 1) == R"("m-1")");
        CHECK(feed.value(0, 2) == R"("42")");
        CHECK(feed.value(0, 3) == R"("feed-7")");
    }
    SUBCASE("rows of one message have their own text, a lone row has all of it") {
        CHECK(feed.refusal("[ {\"a\":2} , {\"a\":3}]") == "");
        CHECK(feed.value(7, 1) == R"("{\"a\":2}")");
        CHECK(feed.value(7, 2) == R"("{\"a\":3}")");
        CHECK(feed.value(6, 2) == "20");
        CHECK(feed.refusal(" {\"a\":4}\n") == "");
        CHECK(feed.value(7, 3) == R"(" {\"a\":4}\n")");
    }
}

TEST_CASE("the message id field may be another one, also nested") {
    DecoderOptions options;
    options.message_id_field = "$.header.id";
    DecoderFixture feed({metadata_column("message_id", "VARCHAR", MetadataField::message_id)}, options);
    CHECK(feed.only_value(R"({"header":{"id":"h1"}})") == R"("h1")");
    CHECK(feed.only_value(R"({"id":"h1"})") == R"("feed-7")");
}

TEST_CASE("a declared column of a metadata name takes the payload first") {
    BatchColumn size = payload_column("size", "SMALLINT");
    size.metadata = MetadataField::message_size;
    BatchColumn at = payload_column("received_at", "TIMESTAMP_MS");
    at.metadata = MetadataField::received_at;
    BatchColumn text = payload_column("message", "JSON");
    text.metadata = MetadataField::message;
    DecoderFixture feed({size, at, text});
    CHECK(feed.refusal(R"({"size":5,"received_at":0,"message":"hi"})") == "");
    CHECK(feed.row(0) == R"([5,"1970-01-01T00:00:00Z","hi"])");
    CHECK(feed.refusal(R"({"x": 1})") == "");
    CHECK(feed.row(1) == R"([8,"2024-01-15T10:30:00Z",{"x": 1}])");
    CHECK(feed.refusal(R"({"size":null,"message":null})") == "");
    CHECK(feed.row(2) == R"([null,"2024-01-15T10:30:00Z",null])");
}

TEST_CASE("a schema without payload columns takes any message, and says which are not JSON") {
    DecoderFixture feed({metadata_column("message", "VARCHAR", MetadataField::message),
                         metadata_column("data", "BLOB", MetadataField::data)});
    CHECK(feed.refusal("not json").starts_with("invalid_json: "));
    CHECK(feed.refusal("").starts_with("invalid_json: "));
    CHECK(feed.refusal("42") == "");
    CHECK(feed.refusal("\xFF").starts_with("invalid_utf8: "));
    CHECK(feed.refusal(R"([1,"two",[3],{"four":4}])") == "");
    CHECK(feed.refusal("{\"a\":1}\n{bad}").starts_with("invalid_json: "));
    CHECK(feed.refusal("{\"a\":1}\n{\"a\":2}") == "");
    const std::vector<std::string> rows = {R"("not json")",
                                           R"("")",
                                           R"("42")",
                                           "null",
                                           R"("[1,\"two\",[3],{\"four\":4}]")",
                                           R"("{\"a\":1}\n{bad}")",
                                           R"("{\"a\":1}\n{\"a\":2}")"};
    REQUIRE(feed.batch.rows == rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) CHECK(feed.value(0, row) == rows[row]);
    CHECK(feed.value(1, 3) == R"("/w==")");
    CHECK(feed.batch.messages == 7);
}

TEST_CASE("a table that wants metadata alone takes any message, and the fields of an object first") {
    BatchColumn client = payload_column("client_id", "VARCHAR");
    client.metadata = WebSocketMetadata::client_id;
    BatchColumn at = payload_column("received_at", "TIMESTAMP");
    at.metadata = MetadataField::received_at;
    DecoderFixture feed({client, at});
    CHECK(feed.refusal(R"({"client_id":"c9","received_at":0})") == "");
    CHECK(feed.refusal("hello").starts_with("invalid_json: "));
    CHECK(feed.refusal("42") == "");
    CHECK(feed.refusal(R"([1,"x"])") == "");
    CHECK(feed.refusal(R"([{"client_id":"c9"},{"client_id":"c8"}])") == "");
    CHECK(feed.refusal("{\"client_id\":\"c9\"}\n{\"client_id\":\"c8\"}") == "");
    CHECK(feed.refusal(R"({"received_at":"soon"})").starts_with("type_mismatch: field \"received_at\""));
    REQUIRE(feed.batch.rows == 6);
    CHECK(feed.row(0) == R"(["c9","1970-01-01T00:00:00Z"])");
    for (std::size_t row = 1; row < 6; ++row) CHECK(feed.row(row) == R"(["client-1","2024-01-15T10:30:00Z"])");
}

TEST_CASE("a tolerant decoder keeps a row of what it cannot use, and says so") {
    DecoderOptions options;
    options.tolerant = true;
    DecoderFixture feed({payload_column("a", "INTEGER"), payload_column("b", "VARCHAR"),
                         metadata_column("message", "VARCHAR", MetadataField::message)},
                        options);
    std::optional<MessageError> error = feed.decode(R"({"a":"x","b":"kept"})");
    REQUIRE(error.has_value());
    CHECK(error->rows_kept);
    CHECK(error->message == R"(field "a": expected INTEGER, found string "x")");
    CHECK(feed.row(0) == R"([null,"kept","{\"a\":\"x\",\"b\":\"kept\"}"])");

    error = feed.decode(R"({"a":1,)");
    REQUIRE(error.has_value());
    CHECK(error->rows_kept);
    CHECK(error->type == "invalid_json");
    CHECK(feed.row(1) == R"([null,null,"{\"a\":1,"])");

    error = feed.decode("17");
    REQUIRE(error.has_value());
    CHECK(error->type == "type_mismatch");
    CHECK(feed.row(2) == R"([null,null,"17"])");
    CHECK_FALSE(feed.decode(R"({"a":1})").has_value());
    CHECK(feed.batch.rows == 4);
    CHECK(feed.batch.messages == 4);
}

TEST_CASE("errors say what is wrong and where") {
    DecoderFixture feed({payload_column("a", "INTEGER")});
    struct Case {
        std::string_view payload;
        std::string_view error;
    };
    const std::string deep = std::string(513, '[') + std::string(513, ']');
    const std::string deep_unwanted = "{\"x\":" + std::string(512, '[') + std::string(512, ']') + "}";
    const std::vector<Case> cases = {
        {"", "invalid_json: invalid JSON at byte 0: the message is empty"},
        {"  ", "invalid_json: invalid JSON at byte 2: there is no value"},
        {"{", "invalid_json: invalid JSON at byte 1: a member must begin with a name in quotes"},
        {R"({"a" 1})", "invalid_json: invalid JSON at byte 5: missing colon after a name"},
        {R"({"a":1 "b":2})", "invalid_json: invalid JSON at byte 7: missing comma or } after a member"},
        {R"([{"a":1} {"a":2}])", "invalid_json: invalid JSON at byte 9: missing comma or ] after an element"},
        {R"({"a":tru})", "invalid_json: invalid JSON at byte 8: not a value"},
        {R"({"a":01})", "invalid_json: invalid JSON at byte 6: missing comma or } after a member"},
        {R"({"a":1.})", "invalid_json: invalid JSON at byte 7: missing digits after the decimal point"},
        {R"({"a":1e})", "invalid_json: invalid JSON at byte 7: missing digits in an exponent"},
        {R"({"a":NaN})", "invalid_json: invalid JSON at byte 5: not a value"},
        {R"({"a":"x)", "invalid_json: invalid JSON at byte 7: a string without its closing quote"},
        {R"({"b":"\x"})", "invalid_json: invalid JSON at byte 6: unknown escape in a string"},
        {R"({"b":"\u12"})", "invalid_json: invalid JSON at byte 6: \\u wants four hexadecimal digits"},
        {R"({"b":"\ud800"})", "invalid_json: invalid JSON at byte 6: half of a surrogate pair without the other"},
        {R"({"b":"\udc00"})", "invalid_json: invalid JSON at byte 6: half of a surrogate pair without the other"},
        {"{\"b\":\"a\nb\"}", "invalid_json: invalid JSON at byte 7: a control character where it must be escaped"},
        {R"({"a":1} {"a":2})",
         "invalid_json: invalid JSON at byte 8: text after the value; further values must be on lines of their own"},
        {R"({"a":1}x)",
         "invalid_json: invalid JSON at byte 7: text after the value; further values must be on lines of their own"},
        {"42", "type_mismatch: the message is a number; expected an object or an array of objects"},
        {"\"s\"", "type_mismatch: the message is a string; expected an object or an array of objects"},
        {"null", "type_mismatch: the message is null; expected an object or an array of objects"},
        {R"([[],true])", "type_mismatch: element 0 of the message is an array; expected an object"},
        {"[[]]", "type_mismatch: element 0 of the message is an array; expected an object"},
        {"{\"b\":\"\xC3\x28\"}", "invalid_utf8: invalid UTF-8 at byte 6"},
        {"{\"b\":\"\xED\xA0\x80\"}", "invalid_utf8: invalid UTF-8 at byte 6"},
        {deep, "too_deep: the message is nested deeper than 512 levels at byte 512"},
        {deep_unwanted, "too_deep: the message is nested deeper than 512 levels at byte 516"},
    };
    for (const Case& test : cases) {
        CAPTURE(test.payload);
        CHECK(feed.refusal(test.payload) == test.error);
        CHECK(feed.batch.rows == 0);
    }
    CHECK(feed.refusal(std::string_view("{\"b\":\0}", 7)) == "invalid_json: invalid JSON at byte 5: a NUL byte");
    CHECK(feed.batch.rows == 0);
    CHECK(feed.batch.messages == 0);
}

TEST_CASE("values in errors are short, printable and valid UTF-8") {
    DecoderFixture feed({payload_column("a", "INTEGER")});
    CHECK(feed.refusal("{\"a\":\"tab\\there\\u0001\\\"q\\\"\"}") ==
          R"(type_mismatch: field "a": expected INTEGER, found string "tab\there\x01\"q\"")");
    std::string text(59, 'x');
    text += "\xC3\xA9 and more";
    CHECK(feed.refusal("{\"a\":\"" + text + "\"}") ==
          R"(type_mismatch: field "a": expected INTEGER, found string ")" + std::string(59, 'x') + "\"...");
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
