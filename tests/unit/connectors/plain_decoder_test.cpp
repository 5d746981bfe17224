#include <doctest/doctest.h>

#include "decoder_fixture.h"

using namespace laminar;

TEST_CASE("text messages go to the first text column") {
    DecoderOptions options;
    options.format = MessageFormat::text;
    BatchColumn note = payload_column("note", "VARCHAR");
    note.tracks_presence = true;
    DecoderFixture feed({payload_column("count", "INTEGER"), payload_column("line", "VARCHAR"), note,
                         metadata_column("received_at", "TIMESTAMP", MetadataField::received_at),
                         metadata_column("message", "VARCHAR", MetadataField::message)},
                        options);
    CHECK(feed.refusal("hello \"you\"") == "");
    CHECK(feed.row(0) == R"([null,"hello \"you\"",null,"2024-01-15T10:30:00Z","hello \"you\""])");
    CHECK(feed.batch.presence[2] == std::vector<std::uint8_t>{0});
    CHECK(feed.refusal("") == "");
    CHECK(feed.value(1, 1) == R"("")");
    CHECK(feed.refusal("a\xC0") == "invalid_utf8: invalid UTF-8 at byte 1 of a text message");
    CHECK(feed.batch.rows == 2);
    CHECK(feed.batch.messages == 2);
}

TEST_CASE("a JSON column takes JSON alone") {
    DecoderOptions options;
    options.format = MessageFormat::text;
    DecoderFixture feed({payload_column("m", "JSON")}, options);
    CHECK(feed.only_value(R"({"a": 1})") == R"({"a": 1})");
    CHECK(feed.refusal("pong") == R"(invalid_json: column "m": expected JSON, found text "pong")");
    CHECK(feed.refusal("") == R"(invalid_json: column "m": expected JSON, found text "")");
    CHECK(feed.batch.columns[0].size() == feed.batch.rows);
    BatchColumn message = payload_column("message", "JSON");
    message.metadata = MetadataField::message;
    DecoderFixture metadata({message}, options);
    CHECK(metadata.only_value("[1]") == "[1]");
    CHECK(metadata.only_value("pong") == "null");
    options.tolerant = true;
    DecoderFixture lenient({payload_column("m", "JSON")}, options);
    const std::optional<MessageError> error = lenient.decode("pong");
    REQUIRE(error.has_value());
    CHECK(error->rows_kept);
    CHECK(lenient.value(0, 0) == "null");
}

TEST_CASE("a column named message gets the text as its metadata") {
    DecoderOptions options;
    options.format = MessageFormat::text;
    BatchColumn message = payload_column("message", "VARCHAR");
    message.metadata = MetadataField::message;
    DecoderFixture feed({message}, options);
    CHECK(feed.only_value("hi") == R"("hi")");
}

TEST_CASE("binary messages go to the first BLOB column, with their size") {
    DecoderOptions options;
    options.format = MessageFormat::binary;
    DecoderFixture feed({payload_column("label", "VARCHAR"), payload_column("bytes", "BLOB"),
                         metadata_column("size", "INTEGER", MetadataField::message_size),
                         metadata_column("message", "VARCHAR", MetadataField::message),
                         metadata_column("message_id", "VARCHAR", MetadataField::message_id)},
                        options);
    CHECK(feed.refusal(std::string_view("\xFF\x00\x01", 3)) == "");
    CHECK(feed.row(0) == R"([null,"/wAB",3,null,"feed-7"])");
    CHECK(feed.refusal("text") == "");
    CHECK(feed.row(1) == R"([null,"dGV4dA==",4,"text","feed-7"])");
}

TEST_CASE("NOT NULL holds for plain messages, too") {
    DecoderOptions options;
    options.format = MessageFormat::text;
    BatchColumn other = payload_column("n", "INTEGER");
    other.not_null = true;
    DecoderFixture strict({other}, options);
    CHECK(strict.refusal("x") == R"(missing_field: there is no value for column "n", which is NOT NULL)");
    CHECK(strict.batch.columns[0].size() == 0);
    options.tolerant = true;
    DecoderFixture lenient({other}, options);
    const std::optional<MessageError> error = lenient.decode("x");
    REQUIRE(error.has_value());
    CHECK(error->rows_kept);
    CHECK(lenient.batch.rows == 1);
}
