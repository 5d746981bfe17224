#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "connectors/websocket/options/facts.h"
#include "decoder_fixture.h"

using namespace laminar;

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
