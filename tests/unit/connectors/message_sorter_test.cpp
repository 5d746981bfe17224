#include "connectors/delivery/message_sorter.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "catalog/options/json_path.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/delivery/input_channel.h"
#include "decoder_fixture.h"

using namespace laminar;

namespace {

using Kind = ConditionValue::Kind;

AcceptCondition at(const std::string& path, std::vector<ConditionValue> values) {
    return {std::nullopt, *parse_json_place(path), std::move(values)};
}

AcceptCondition of(MetadataField metadata, std::vector<ConditionValue> values) {
    return {metadata, {}, std::move(values)};
}

std::shared_ptr<const BatchSchema> schema_of(std::vector<BatchColumn> columns, std::vector<AcceptCondition> accept) {
    auto schema = std::make_shared<BatchSchema>();
    schema->columns = std::move(columns);
    schema->accept = std::move(accept);
    return schema;
}

std::shared_ptr<const BatchSchema> reader(std::vector<AcceptCondition> accept) {
    return schema_of({payload_column("x", "JSON")}, std::move(accept));
}

Message message_of(std::string_view payload) {
    Message message;
    message.payload = payload;
    return message;
}

/// For each reader: all, -, or the offsets of its parts.
std::string shares(const MessageSorter& sorter, std::string_view payload) {
    MessageSorter::Answer answer;
    sorter.sort(message_of(payload), answer);
    std::string text;
    for (const MessageShare& share : answer.shares) {
        if (!text.empty()) text += ' ';
        if (!share.any) text += '-';
        if (share.all) text += "all";
        if (!share.any || share.all) continue;
        text += '[';
        for (const std::size_t part : share.parts) text += (text.back() == '[' ? "" : ",") + std::to_string(part);
        text += ']';
    }
    return text;
}

}  // namespace

TEST_CASE("where all take everything nothing is sorted") {
    CHECK(MessageSorter::make({reader({}), reader({})}) == nullptr);
    CHECK(MessageSorter::make({reader({}), reader({at("$.a", {})})}) != nullptr);
}

TEST_CASE("a message is for the readers whose conditions all hold") {
    const MessageSorter sorter({reader({at("$.e", {{Kind::text, "trade"}, {Kind::text, "quote"}})}),
                                reader({at("$.n", {{Kind::number, "1"}}), at("$.o.b[1]", {{Kind::boolean, "true"}})}),
                                reader({at("$.e", {{Kind::text_start, "tr"}}), at("$.z", {{Kind::null, "null"}})}),
                                reader({at("$.o", {})}), reader({})});
    CHECK(shares(sorter, R"({"e":"trade"})") == "all - - - all");
    CHECK(shares(sorter, " {\"z\" : null , \"e\":\"tra\\u0064e\"}\n") == "all - all - all");
    CHECK(shares(sorter, R"({"o":{"b":[{"a":[1,"]}"]},true]},"n":10e-1,"e":"other"})") == "- all - all all");
    CHECK(shares(sorter, R"({"o":{"b":[true]},"n":1})") == "- - - all all");
    CHECK(shares(sorter, R"({"n":"1","o":null,"e":1,"z":0})") == "- - - all all");
    CHECK(shares(sorter, R"({"e":"quote","e":"other"})") == "all - - - all");
    CHECK(shares(sorter, R"({"E":"trade","x":{"e":"trade"}})") == "- - - - all");
    CHECK(shares(sorter, "{}") == "- - - - all");
}

TEST_CASE("what is not JSON is for all") {
    const MessageSorter sorter({reader({at("$.e", {{Kind::text, "trade"}})}), reader({at("$.f", {})})});
    for (const char* const broken : {"", " ", "pong", "{", R"({"e")", R"({"e":)", R"({"e" "trade"})", R"({e:1})", "[1",
                                     R"([{"e":"trade"}}])", R"({"a":"b)", R"({"a":[1,{"b":2}})"}) {
        CAPTURE(broken);
        CHECK(shares(sorter, broken) == "all all");
    }
    // Lines, each broken.
    CHECK(shares(sorter, "{\"a\":\"\n\"}") == "[] []");
    // Whose it is has been seen before it breaks.
    const MessageSorter one(
        {reader({at("$.e", {{Kind::text, "trade"}})}), reader({at("$.e", {{Kind::text, "quote"}})})});
    CHECK(shares(one, R"({"e":"trade",broken)") == "all -");
    CHECK(shares(one, R"({"e":"other",broken)") == "- -");
}

TEST_CASE("each object of an array, and each line, is for some") {
    const MessageSorter sorter(
        {reader({at("$.e", {{Kind::number, "1"}})}), reader({at("$.e", {{Kind::number, "2"}})})});
    CHECK(shares(sorter, R"([{"e":1},{"e":2},7,[{"e":1}],{"e":1}])") == "[1,29] [9]");
    CHECK(shares(sorter, R"([{"e":1}, {"e":1.0}])") == "all -");
    CHECK(shares(sorter, "[]") == "- -");
    CHECK(shares(sorter, "{\"e\":1}\n{\"e\":2}\n[{\"e\":2}]\n") == "[0] [8,17]");
    CHECK(shares(sorter, "{\"a\":\n2,\"e\":2}") == "- all");
    SUBCASE("a broken line among others is everybody's") {
        CHECK(shares(sorter, "{\"e\":1}\n{broken}\n{\"e\":1}") == "[0,17] []");
        CHECK(shares(sorter, "{\"e\":1} x\n{\"e\":1}") == "[0,10] []");
    }
}

TEST_CASE("who takes metadata alone takes messages, not objects") {
    const MessageSorter sorter({schema_of({metadata_column("received_at", "TIMESTAMP", MetadataField::received_at)},
                                          {at("$[0].e", {{Kind::number, "1"}})}),
                                reader({at("$.e", {{Kind::number, "1"}})})});
    CHECK(shares(sorter, R"([{"e":1},{"e":2}])") == "all [1]");
    CHECK(shares(sorter, R"([{"e":2},{"e":1}])") == "- [9]");
    CHECK(shares(sorter, R"({"e":1})") == "- all");
}

TEST_CASE("messages are told apart by metadata") {
    const MessageSorter sorter({reader({of(MetadataField::remote_address, {{Kind::text_start, "127.0.0.1:"}})}),
                                reader({of(MetadataField::message, {{Kind::text, "ping"}, {Kind::text, "pong"}})}),
                                reader({of(MetadataField::data, {{Kind::text_start, std::string("\0\xff", 2)}})}),
                                reader({of(MetadataField::remote_address, {{Kind::null, "null"}})}),
                                reader({of(MetadataField::remote_address, {})})});
    CHECK(shares(sorter, "ping") == "- all - all -");
    CHECK(shares(sorter, std::string_view("\0\xff\1", 3)) == "- - all all -");
    Message message = message_of("pong ");
    message.origin = std::make_shared<MessageOrigin>(MessageOrigin{.remote_address = "127.0.0.1:42"});
    MessageSorter::Answer answer;
    sorter.sort(message, answer);
    CHECK(answer.takers == 2);
    CHECK((answer.shares[0].all && answer.shares[4].all));
}

TEST_CASE("what comes of shares is what a condition on the rows would leave") {
    const std::uint64_t seed = 20'261'130;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto pick = [&](std::vector<std::string> of) { return of[random() % of.size()]; };
    const auto object = [&] {
        std::string text = "{\"a\":" + pick({"{\"e\":1}", "[\"]\"]", "\"\\\"}\"", "1.5", "null"});
        if (random() % 4 != 0)
            text = pick({"{", "{ ", "{\t"}) + "\"e\":" + pick({"1", "2", "1.0", "\"1\"", "[1]"}) + ",\"a\":0";
        return text + pick({"", ",\"b\":[{}]", ", \"\\u0065e\" : \"\\\\\" "}) + "}";
    };
    for (int round = 0; round < 2000; ++round) {
        std::string payload;
        for (std::size_t lines = 1 + random() % 3; lines > 0; --lines) {
            std::string line = object();
            if (random() % 2 == 0) {
                for (std::size_t more = random() % 3; more > 0; --more) line += pick({",", " , "}) + object();
                line = "[" + line + "]";
            }
            payload += (payload.empty() ? "" : "\n") + line;
        }
        CAPTURE(payload);
        const std::vector<BatchColumn> columns{payload_column("e", "JSON"), payload_column("a", "JSON"),
                                               payload_column("b", "JSON")};
        DecoderFixture whole(columns);
        REQUIRE_FALSE(whole.decode(payload));
        DecoderFixture some(columns);
        const MessageSorter sorter({schema_of(columns, {at("$.e", {{Kind::number, "1"}})})});
        MessageSorter::Answer answer;
        sorter.sort(message_of(payload), answer);
        if (answer.takers == 1) {
            Message message = message_of(payload);
            message.origin = some.origin;
            std::vector<DecodeTask> tasks{{some.decoder.get(), &some.batch}};
            if (!answer.shares[0].all) tasks[0].parts = &answer.shares[0].parts;
            some.decoder->decode_together(message, tasks);
            CHECK_FALSE(tasks[0].error);
        }
        std::string expected;
        for (std::size_t row = 0; row < whole.batch.rows; ++row) {
            const std::string value = whole.value(0, row);
            if (value == "1" || value == "1.0") expected += whole.row(row) + "\n";
        }
        std::string got;
        for (std::size_t row = 0; row < some.batch.rows; ++row) got += some.row(row) + "\n";
        CHECK(got == expected);
        CHECK(answer.takers == (expected.empty() ? 0 : 1));
    }
}

TEST_CASE("elements that are for others are no errors") {
    DecoderFixture some({payload_column("n", "INTEGER")});
    const std::string payload = R"([{"n":"x"},7,{"n":1},{"n":"y"},{"n":2}])";
    Message message = message_of(payload);
    message.origin = some.origin;
    const MessageParts parts{13, 21, 31};
    std::vector<DecodeTask> tasks{{some.decoder.get(), &some.batch}};
    tasks[0].parts = &parts;
    some.decoder->decode_together(message, tasks);
    REQUIRE(tasks[0].error);
    CHECK(tasks[0].error->message == R"(element 3 of the message: field "n": expected INTEGER, found string "y")");
    CHECK(tasks[0].error->further.empty());
    CHECK(some.batch.rows == 2);
    // The next message is taken whole again.
    CHECK_FALSE(some.decode(R"([{"n":3},{"n":4}])"));
    CHECK(some.batch.rows == 4);
}

TEST_CASE("numbers are the same however they are written") {
    CHECK(is_same_number("1", "1.0"));
    CHECK(is_same_number("10e-1", "0.1E+1"));
    CHECK(is_same_number("-0", "0.00"));
    CHECK(is_same_number("123456789012345678901234567890", "1.23456789012345678901234567890e29"));
    CHECK_FALSE(is_same_number("1", "-1"));
    CHECK_FALSE(is_same_number("1", "10"));
    CHECK_FALSE(is_same_number("9007199254740993", "9007199254740992"));
    CHECK_FALSE(is_same_number("1e99999999999999999999", "1"));
}
