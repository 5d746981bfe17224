#include "runtime/flow/inputs/late_typing.h"

#include <doctest/doctest.h>

#include "catalog/objects/column_name.h"
#include "connectors/codec/rows/metadata_writer.h"
#include "runtime/flow/rows/stream_schema.h"

namespace laminar {

namespace {

/// Raw rows as a connection's channel makes them.
ColumnBatch raw_batch(const std::vector<std::string>& messages) {
    const auto schema = LateTyping::raw_schema(MessageFormat::json);
    DecoderOptions options;
    options.tolerant = true;
    const auto decoder = make_message_decoder(options, schema);
    ColumnBatch batch(schema);
    const auto origin = std::make_shared<const MessageOrigin>(
        MessageOrigin{.connection_name = "feed", .remote_address = "127.0.0.1:1"});
    std::uint64_t sequence = 0;
    for (const std::string& payload : messages) {
        Message message;
        message.payload = payload;
        message.received_at = 1'700'000'000'000'000;
        message.wire_size = payload.size();
        message.sequence = ++sequence;
        message.origin = origin;
        (void)decoder->decode(message, batch);
    }
    return batch;
}

QueryInput input_of(std::vector<std::string> names) {
    QueryInput input;
    input.kind = InputKind::connection;
    input.object = "feed";
    for (std::string& name : names) input.columns.push_back({std::move(name), TypeId::unknown, {}, {}});
    return input;
}

}  // namespace

TEST_CASE("types come from the first values, and numbers widen") {
    LateTyping typing(input_of({"i", "d", "t", "s", "b", "j", "mixed", "absent"}), {});
    const ColumnBatch raw = raw_batch({
        R"({"i": 1, "d": 1, "t": "2024-03-15T10:00:00Z", "s": "x", "b": true, "j": {"k": 1}, "mixed": 1})",
        R"({"i": 2, "d": 1.5, "t": null, "s": null, "b": false, "j": [1], "mixed": "one"})",
    });
    const ColumnBatch* typed = typing.decode(raw);
    REQUIRE(typed != nullptr);
    CHECK(typed->rows == 2);
    const std::vector<TypeId> expected{TypeId::bigint,  TypeId::float64, TypeId::timestamp, TypeId::varchar,
                                       TypeId::boolean, TypeId::json,    TypeId::varchar,   TypeId::varchar};
    for (std::size_t column = 0; column < expected.size(); ++column)
        CHECK(typing.input().columns[column].type.id == expected[column]);
    CHECK(typed->columns[0].values<std::int64_t>()[1] == 2);
    CHECK(typed->columns[1].values<double>()[1] == 1.5);
    CHECK_FALSE(typed->columns[2].is_valid(1));
    CHECK(typed->columns[5].string_at(0) == R"({"k": 1})");
    CHECK(typed->columns[6].string_at(0) == "1");
    CHECK_FALSE(typed->columns[7].is_valid(0));
}

TEST_CASE("SELECT * has the fields of the first messages, in order of appearance") {
    QueryInput input = input_of({"b"});
    input.all_fields = true;
    LateTyping typing(input, {});
    REQUIRE(typing.decode(raw_batch({R"({"a": 1, "b": "x"})", R"({"b": "y", "c": 2.5})"})) != nullptr);
    REQUIRE(typing.input().columns.size() == 3);
    CHECK(typing.input().columns[0].name == "b");
    CHECK(typing.input().columns[1].name == "a");
    CHECK(typing.input().columns[2].name == "c");
}

TEST_CASE("nothing is decided before the first message, and types stay once decided") {
    LateTyping typing(input_of({"x"}), {});
    CHECK(typing.decode(raw_batch({})) == nullptr);
    REQUIRE(typing.decode(raw_batch({R"({"x": 1})"})) != nullptr);
    const ColumnBatch* typed = typing.decode(raw_batch({R"({"x": 2})", R"({"x": "not a number"})"}));
    REQUIRE(typed != nullptr);
    CHECK(typing.input().columns[0].type.id == TypeId::bigint);
    CHECK(typed->rows == 2);
    CHECK_FALSE(typed->columns[0].is_valid(1));
}

TEST_CASE("a message that is not JSON is a row of its own, with its text") {
    LateTyping typing(input_of({"x"}), {});
    ColumnBatch* typed = typing.decode(raw_batch({R"({"x": 1})", "{broken"}));
    REQUIRE(typed != nullptr);
    REQUIRE(typed->rows == 2);
    fill_in_metadata(*typed);
    CHECK_FALSE(typed->columns[0].is_valid(1));
    for (std::size_t column = 0; column < typed->columns.size(); ++column) {
        if (typed->schema->columns[column].metadata == MetadataField::message)
            CHECK(typed->columns[column].string_at(1) == "{broken");
        if (typed->schema->columns[column].metadata == MetadataField::message_id)
            CHECK(typed->columns[column].string_at(1) == "feed-2");
    }
}

TEST_CASE("fields that cannot be columns are left out, and told of once") {
    QueryInput input = input_of({"named"});
    input.all_fields = true;
    LateTyping typing(input, {});
    const ColumnBatch raw =
        raw_batch({R"({"": 1, "a": 2, "A": 3, "NAMED": 4, "named": 5, "__Laminar_x": 6, "n\u0000": 7})"});
    const ColumnBatch* typed = typing.decode(raw);
    REQUIRE(typed != nullptr);
    std::vector<std::string> names;
    for (const InputColumn& column : typing.input().columns) names.emplace_back(shown_column_name(column.name));
    CHECK(names == std::vector<std::string>{"named", "a", "A", "NAMED"});
    CHECK(typing.take_report() ==
          R"(fields of its messages are no column of *: "" (its name is empty), "__Laminar_x" )"
          R"((its name is one that Laminar uses itself), "n\x00" (its name is no text that a column could have))");
    CHECK(typing.take_report().empty());
}

TEST_CASE("a message with very many fields makes a bounded number of columns") {
    std::string message = "{";
    for (int field = 0; field < 100'000; ++field)
        message += (field > 0 ? "," : "") + ("\"f" + std::to_string(field) + "\":" + std::to_string(field));
    message += '}';
    QueryInput input = input_of({});
    input.all_fields = true;
    LateTyping typing(input, {});
    const ColumnBatch raw = raw_batch({message, message});
    const ColumnBatch* typed = typing.decode(raw);
    REQUIRE(typed != nullptr);
    CHECK(typed->rows == 2);
    CHECK(typing.input().columns.size() == 1'000);
    CHECK(typing.take_report().ends_with("and 98995 more"));
}

}  // namespace laminar
