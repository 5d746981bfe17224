#include "connectors/rows/row_facts.h"

#include <doctest/doctest.h>

#include "connectors/codec/rows/metadata_writer.h"
#include "connectors/websocket/options/facts.h"
#include "decoder_fixture.h"

using namespace laminar;

namespace {

std::shared_ptr<const MessageOrigin> peer(const std::string& client_id) {
    return std::make_shared<const MessageOrigin>(MessageOrigin{.connection_name = "feed", .peer = client_id});
}

Message message_of(std::shared_ptr<const MessageOrigin> origin, std::uint64_t sequence) {
    Message message;
    message.origin = std::move(origin);
    message.sequence = sequence;
    message.received_at = static_cast<std::int64_t>(sequence) * 10;
    message.wire_size = sequence + 100;
    message.binary = sequence % 2 == 0;
    message.delivery_count = 2;
    return message;
}

std::string id_of(const RowFacts& facts, std::size_t row) {
    std::string id;
    facts.append_message_id(row, id);
    return id;
}

}  // namespace

TEST_CASE("facts of rows are read back, also after rows were taken back") {
    const auto first = peer("client-1");
    const auto second = peer("client-2");
    RowFacts facts;
    facts.append(message_of(first, 1), std::nullopt);
    facts.append(message_of(second, 2), "own");
    facts.append(message_of(second, 3), std::nullopt);
    facts.append(message_of(nullptr, 4), "");
    facts.append(message_of(first, 5), "last");
    CHECK(id_of(facts, 0) == "feed-1");
    CHECK(id_of(facts, 1) == "own");
    CHECK(id_of(facts, 2) == "feed-3");
    CHECK(id_of(facts, 3) == "");
    CHECK(id_of(facts, 4) == "last");

    facts.truncate(3);
    facts.append(message_of(first, 6), "again");
    REQUIRE(facts.size() == 4);
    CHECK(id_of(facts, 3) == "again");
    Message message;
    facts.read(1, message);
    CHECK(message.origin == second);
    CHECK(message.sequence == 2);
    CHECK(message.received_at == 20);
    CHECK(message.wire_size == 102);
    CHECK(message.binary);
    CHECK(message.delivery_count == 2);
    facts.read(3, message);
    CHECK(message.origin == first);
    CHECK(message.sequence == 6);
    facts.read(0, message);
    CHECK_FALSE(message.binary);
}

TEST_CASE("a peer is remembered for as long as there are rows of it") {
    RowFacts facts;
    std::weak_ptr<const MessageOrigin> gone;
    {
        const auto origin = peer("client-1");
        gone = origin;
        facts.append(message_of(origin, 1), std::nullopt);
    }
    CHECK(id_of(facts, 0) == "feed-1");
    CHECK_FALSE(gone.expired());
    const std::size_t bytes = facts.byte_size();
    facts.append(message_of(peer(std::string(1000, 'x')), 2), "own");
    CHECK(facts.byte_size() > bytes + 1000);
    facts.truncate(1);
    CHECK(facts.byte_size() == bytes);
    facts.clear();
    CHECK(gone.expired());
}

TEST_CASE("deferred columns are filled when they are asked for, and only once") {
    auto schema = std::make_shared<BatchSchema>();
    schema->columns = {payload_column("n", "INTEGER"),
                       metadata_column("client", "VARCHAR", WebSocketMetadata::client_id),
                       metadata_column("at", "TIMESTAMP", MetadataField::processed_at),
                       metadata_column("text", "VARCHAR", MetadataField::message)};
    const auto decoder = make_message_decoder({}, schema);
    ColumnBatch batch(schema);
    const auto decode = [&](const std::string& payload, const std::string& client_id) {
        Message message = message_of(peer(client_id), batch.rows + 1);
        message.payload = payload;
        CHECK_FALSE(decoder->decode(message, batch));
    };
    decode(R"([{"n":1},{"n":2}])", "client-1");
    decode(R"({"n":3})", "client-2");
    CHECK(batch.columns[0].size() == 3);
    CHECK(batch.columns[1].size() == 0);
    CHECK(batch.columns[3].size() == 3);
    fill_in_processed_at(batch, std::chrono::system_clock::time_point(std::chrono::microseconds(42)));
    fill_in_metadata(batch, 1);
    CHECK(batch.columns[2].size() == 0);
    fill_in_metadata(batch);
    fill_in_metadata(batch);
    for (const ColumnVector& column : batch.columns) CHECK(column.size() == 3);
    CHECK(batch.columns[1].string_at(1) == "client-1");
    CHECK(batch.columns[1].string_at(2) == "client-2");
    CHECK(batch.columns[2].values<std::int64_t>()[2] == 42);
}
