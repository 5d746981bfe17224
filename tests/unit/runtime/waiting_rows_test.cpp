#include "runtime/storage/waiting_rows.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "catalog/objects/catalog_object.h"
#include "connectors/codec/rows/metadata_writer.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/websocket/options/facts.h"
#include "runtime/flow/rows/stream_schema.h"

using namespace laminar;

namespace {

std::shared_ptr<const BatchSchema> schema_of_numbers() {
    TableObject table;
    table.name = "numbers";
    table.columns.emplace_back();
    table.columns.back().name = "n";
    table.columns.back().type = TypeId::bigint;
    table.metadata = builtin_connectors().metadata_columns();
    return table_batch_schema(table, MessageFormat::json);
}

std::shared_ptr<const MessageOrigin> client(const std::string& id) {
    auto origin = std::make_shared<MessageOrigin>();
    origin->connection_name = "feed";
    origin->peer = id;
    return origin;
}

/// Rows that came from messages, as a channel delivers them.
class Batch : public ColumnBatch {
public:
    explicit Batch(const std::shared_ptr<const BatchSchema>& batch_schema) : ColumnBatch(batch_schema) {}

    void add(std::int64_t number, const std::shared_ptr<const MessageOrigin>& origin,
             std::optional<std::string_view> id = std::nullopt) {
        Message message;
        message.sequence = static_cast<std::uint64_t>(number);
        message.origin = origin;
        facts.append(message, id);
        for (std::size_t index = 0; index < columns.size(); ++index) {
            if (!schema->columns[index].metadata)
                columns[index].append(number);
            else if (!schema->columns[index].is_deferred())
                columns[index].append_null();
        }
        ++rows;
    }
};

std::string text_at(const ColumnBatch& batch, MetadataField field, std::size_t row) {
    for (std::size_t index = 0; index < batch.columns.size(); ++index) {
        if (batch.schema->columns[index].metadata == field)
            return batch.columns[index].is_valid(row) ? std::string(batch.columns[index].string_at(row)) : "NULL";
    }
    return "no such column";
}

std::int64_t time_at(const ColumnBatch& batch, std::size_t row) {
    for (std::size_t index = 0; index < batch.columns.size(); ++index) {
        if (batch.schema->columns[index].metadata == MetadataField::processed_at)
            return batch.columns[index].values<std::int64_t>()[row];
    }
    return 0;
}

}  // namespace

TEST_CASE("rows of several batches wait together, and each keeps the facts of its message") {
    const auto schema = schema_of_numbers();
    const auto anna = client("anna");
    const auto bert = client("bert");
    WaitingRows waiting(schema);
    Batch first(schema);
    first.add(1, anna, "one");
    first.add(2, bert);
    first.processed_at = 1000;
    Batch second(schema);
    second.add(3, bert, "three");
    second.add(4, anna, "four");
    second.processed_at = 2000;
    waiting.add(first, {});
    waiting.add(second, {});
    CHECK(waiting.rows() == 4);

    ColumnBatch& batch = *waiting.front().batch;
    REQUIRE(batch.rows == 4);
    CHECK(waiting.front().last_processed_at == 2000);
    fill_in_metadata(batch);
    CHECK(text_at(batch, WebSocketMetadata::client_id, 0) == "anna");
    CHECK(text_at(batch, WebSocketMetadata::client_id, 1) == "bert");
    CHECK(text_at(batch, WebSocketMetadata::client_id, 2) == "bert");
    CHECK(text_at(batch, WebSocketMetadata::client_id, 3) == "anna");
    CHECK(text_at(batch, MetadataField::message_id, 0) == "one");
    CHECK(text_at(batch, MetadataField::message_id, 1).find('2') != std::string::npos);
    CHECK(text_at(batch, MetadataField::message_id, 2) == "three");
    CHECK(text_at(batch, MetadataField::message_id, 3) == "four");
    CHECK(time_at(batch, 1) == 1000);
    CHECK(time_at(batch, 2) == 2000);
    waiting.pop_front();
    CHECK(waiting.empty());
    CHECK(waiting.rows() == 0);
    CHECK(waiting.bytes() == 0);
}

TEST_CASE("batches whose metadata has been read already, and rows without messages, wait as well") {
    const auto schema = schema_of_numbers();
    WaitingRows waiting(schema);
    Batch read(schema);
    read.add(1, client("anna"), "one");
    fill_in_metadata(read);
    Batch unread(schema);
    unread.add(2, client("bert"), "two");
    ColumnBatch made(schema);
    for (std::size_t index = 0; index < made.columns.size(); ++index) {
        if (schema->columns[index].metadata)
            made.columns[index].append_null();
        else
            made.columns[index].append(std::int64_t{3});
    }
    made.rows = 1;
    waiting.add(read, {});
    waiting.add(unread, {});
    waiting.add(made, {});
    CHECK(waiting.rows() == 3);
    ColumnBatch& batch = *waiting.front().batch;
    REQUIRE(batch.rows == 2);
    fill_in_metadata(batch);
    CHECK(text_at(batch, MetadataField::message_id, 0) == "one");
    CHECK(text_at(batch, MetadataField::message_id, 1) == "two");
    waiting.pop_front();
    ColumnBatch& last = *waiting.front().batch;
    REQUIRE(last.rows == 1);
    fill_in_metadata(last);
    CHECK(text_at(last, MetadataField::message_id, 0) == "NULL");
}

TEST_CASE("segments are as large as one that is worth writing") {
    const auto schema = schema_of_numbers();
    const auto anna = client("anna");
    WaitingRows waiting(schema);
    for (int count = 0; count < 30; ++count) {
        Batch batch(schema);
        for (int row = 0; row < 1000; ++row) batch.add(row, anna);
        waiting.add(batch, {});
    }
    CHECK(waiting.rows() == 30'000);
    std::size_t segments = 0;
    for (; !waiting.empty(); waiting.pop_front(), ++segments) CHECK(waiting.front().batch->rows == 10'000);
    CHECK(segments == 3);
}
