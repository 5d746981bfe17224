#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "connectors/codec/rows/metadata_writer.h"
#include "connectors/delivery/input_channel.h"
#include "decoder_fixture.h"

using namespace laminar;

namespace {

/// What several readers of one connection may want: of other fields, in other types, strictly or not, or no field.
std::vector<std::unique_ptr<DecoderFixture>> readers() {
    std::vector<std::unique_ptr<DecoderFixture>> made;
    const auto add = [&](std::vector<BatchColumn> columns, const DecoderOptions& options = {},
                         std::string_view rows = {}) {
        made.push_back(std::make_unique<DecoderFixture>(std::move(columns), options, false, rows));
    };
    DecoderOptions tolerant;
    tolerant.tolerant = true;
    add({payload_column("a", "INTEGER"), payload_column("s", "VARCHAR")});
    add({payload_column("s", "INTEGER")});
    add({path_column("x", "DOUBLE", {"o", "x"}), payload_column("o", "JSON"), payload_column("l", "INTEGER[]")});
    add({payload_column("a", "TINYINT"), path_column("second", "VARCHAR", {"l", "1"})}, tolerant);
    add({metadata_column("message", "VARCHAR", MetadataField::message)});
    add({metadata_column("message_id", "VARCHAR", MetadataField::message_id), payload_column("t", "TIMESTAMP")});
    BatchColumn of_message = path_column("s", "VARCHAR", {"s"});
    of_message.of_message = true;
    add({path_column("x", "DOUBLE", {"x"}), of_message}, {}, "$.o");
    BatchColumn whole = path_column("whole", "JSON", {});
    whole.takes_all = true;
    add({whole, of_message}, {}, "$.l[*]");
    add({whole}, {}, "$[*]");
    return made;
}

const std::vector<std::string> messages = {
    R"({"a":1,"s":"one","o":{"x":1.5,"y":[{}]},"l":[1,2,3],"t":"2026-01-02T03:04:05Z","message_id":"m1"})",
    R"({"s":"12","a":300,"l":[],"o":null,"unknown":{"deep":[[["x"]]]}})",
    R"([{"a":1,"s":"x\n\u00e9😀"},{"a":2,"s":"7"},{"a":"no"},{"s":7}])",
    "{\"a\":1,\"s\":\"7\"}\n{\"a\":2,\"s\":\"8\"}\r\n {\"A\":3}\n",
    R"({"a":2147483648,"s":"1","o":{"x":"1.25"},"l":["1","b"]})",
    R"([1,{"a":1}])",
    R"("text")",
    "[]",
    "",
    R"({"a":1} {"a":2})",
    R"({"s":"\udc00"})",
    "{\"s\":\"\xff\"}",
    "[[[[[[1]]]]]]",
};

const std::string first = R"({"a":1})";  ///< So that something is there before.

std::string text_of(const std::optional<MessageError>& error) {
    return error ? error->type + ": " + error->message + (error->rows_kept ? " (kept)" : "") : "accepted";
}

std::string text_of(const DecoderFixture& reader) {
    std::string text =
        std::to_string(reader.batch.messages) + " messages, " + std::to_string(reader.batch.bytes) + " bytes\n";
    for (std::size_t row = 0; row < reader.batch.rows; ++row) text += reader.row(row) + "\n";
    return text;
}

/// Each of the readers by itself, and all of them together, must come to the same.
void check_same(const std::string& payload) {
    CAPTURE(payload);
    auto alone = readers();
    auto together = readers();
    Message message;
    message.payload = payload;
    message.origin = alone.front()->origin;
    std::vector<DecodeTask> tasks;
    for (const auto& reader : together) {
        (void)reader->decode(first);
        tasks.push_back({reader->decoder.get(), &reader->batch});
    }
    tasks.front().decoder->decode_together(message, tasks);
    for (const auto& reader : together) fill_in_metadata(reader->batch);
    for (std::size_t index = 0; index < alone.size(); ++index) {
        CAPTURE(index);
        (void)alone[index]->decode(first);
        CHECK(text_of(alone[index]->decode(message)) == text_of(tasks[index].error));
        CHECK(text_of(*alone[index]) == text_of(*together[index]));
    }
}

}  // namespace

TEST_CASE("readers that share a parse get what each would get alone") {
    for (const std::string& message : messages) check_same(message);
    check_same(std::string(600, '[') + std::string(600, ']'));
}

TEST_CASE("readers that share a parse get what each would get alone, of broken messages too") {
    const std::uint64_t seed = 20'261'128;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 2000; ++round) {
        std::string message = messages[random() % messages.size()];
        for (std::size_t changes = 1 + random() % 3; changes > 0 && !message.empty(); --changes) {
            const std::size_t at = random() % message.size();
            static constexpr std::string_view characters = "{}[]\",:\\ \n0-.etfnu\x01";
            if (random() % 3 == 0)
                message.erase(at, 1 + random() % 3);
            else
                message[at] = characters[random() % characters.size()];
        }
        check_same(message);
    }
}

TEST_CASE("several channels take one message, each by its own rules") {
    const auto channel = [](const std::string& type, std::size_t bytes) {
        auto schema = std::make_shared<BatchSchema>();
        schema->columns = {payload_column("n", type),
                           metadata_column("message_id", "VARCHAR", MetadataField::message_id)};
        return std::make_shared<InputChannel>(schema, make_message_decoder({}, schema),
                                              InputChannel::Limits{.messages = 2, .bytes = bytes});
    };
    const auto numbers = channel("INTEGER", 1 << 20);
    const auto texts = channel("VARCHAR", 1 << 20);
    Message message;
    message.tracked = true;
    message.sequence = 5;
    message.payload = R"({"n":"x","message_id":"m1"})";
    const auto offer = [&](std::vector<std::string>* ids) {
        std::vector<InputChannel::Hold> holds;
        holds.emplace_back(*numbers);
        holds.emplace_back(*texts);
        return InputChannel::offer_to_all(message, holds, ids);
    };
    std::vector<std::string> ids;
    std::vector<std::optional<MessageError>> errors = offer(&ids);
    CHECK(text_of(errors[0]) == R"(type_mismatch: field "n": expected INTEGER, found string "x")");
    CHECK_FALSE(errors[1]);
    CHECK(ids == std::vector<std::string>{"m1"});
    CHECK(numbers->pending_messages() == 0);
    CHECK(texts->pending_messages() == 1);

    message.payload = R"([{"n":1},{"n":2}])";
    ids.clear();
    errors = offer(&ids);
    CHECK_FALSE(errors[0]);
    CHECK(text_of(errors[1]) ==
          R"(type_mismatch: element 0 of the message: field "n": expected VARCHAR, found number 1)");
    CHECK(ids.size() <= 2);

    message.payload = R"({"n":null})";
    (void)offer(nullptr);
    CHECK(numbers->is_full());
    CHECK(texts->is_full());
    const std::unique_ptr<ColumnBatch> batch = numbers->take();
    CHECK(batch->rows == 3);
    CHECK(batch->deliveries.size() == 2);
    CHECK_FALSE(numbers->is_full());
}
