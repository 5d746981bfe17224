#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "decoder_fixture.h"

using namespace laminar;

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
