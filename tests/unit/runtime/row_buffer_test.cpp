#include "runtime/storage/row_buffer.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "catalog/objects/catalog_object.h"
#include "connectors/codec/rows/metadata_writer.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/websocket/options/facts.h"
#include "runtime/flow/rows/result_rows.h"
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

ColumnBatch first_portion(const RowBuffer<ColumnBatch>& buffer) { return buffer.portions().front().rows; }

const std::vector<OutputColumn> number_column{{"n", TypeId::bigint}};

/// As queries make them: first, first + 1, ...
ResultTable numbers(std::int64_t first, std::size_t count) {
    ResultTable rows = empty_rows(number_column);
    for (std::size_t row = 0; row < count; ++row) rows.values.front().append(first + static_cast<std::int64_t>(row));
    rows.rows = count;
    return rows;
}

/// The first and the last number of the rows, and how many there are.
std::string range_of(const ResultTable& rows) {
    if (rows.rows == 0) return "none";
    const auto* values = rows.values.front().values<std::int64_t>();
    return std::to_string(values[0]) + " to " + std::to_string(values[rows.rows - 1]) + " in " +
           std::to_string(rows.rows);
}

std::string handed_over(RowBuffer<ResultTable>& buffer) {
    std::string ranges;
    buffer.hand_over([&](ResultTable& rows) { ranges += (ranges.empty() ? "" : ", ") + range_of(rows); });
    return ranges;
}

}  // namespace

TEST_CASE("rows of several batches are buffered together, and each keeps the facts of its message") {
    const auto schema = schema_of_numbers();
    const auto anna = client("anna");
    const auto bert = client("bert");
    RowBuffer<ColumnBatch> buffer(ColumnBatch(schema), rows_to_retain);
    Batch first(schema);
    first.add(1, anna, "one");
    first.add(2, bert);
    first.processed_at = 1000;
    Batch second(schema);
    second.add(3, bert, "three");
    second.add(4, anna, "four");
    second.processed_at = 2000;
    buffer.append(first, {});
    buffer.append(second, {});
    CHECK(buffer.rows() == 4);

    ColumnBatch batch = first_portion(buffer);
    REQUIRE(batch.rows == 4);
    CHECK(buffer.portions().front().rows.processed_at == 2000);
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
    buffer.pop_front();
    CHECK(buffer.empty());
    CHECK(buffer.rows() == 0);
    CHECK(buffer.bytes() == 0);
}

TEST_CASE("batches whose metadata has been read already, and rows without messages, are buffered as well") {
    const auto schema = schema_of_numbers();
    RowBuffer<ColumnBatch> buffer(ColumnBatch(schema), rows_to_retain);
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
    buffer.append(read, {});
    buffer.append(unread, {});
    buffer.append(made, {});
    CHECK(buffer.rows() == 3);
    ColumnBatch batch = first_portion(buffer);
    REQUIRE(batch.rows == 2);
    fill_in_metadata(batch);
    CHECK(text_at(batch, MetadataField::message_id, 0) == "one");
    CHECK(text_at(batch, MetadataField::message_id, 1) == "two");
    buffer.pop_front();
    ColumnBatch last = first_portion(buffer);
    REQUIRE(last.rows == 1);
    fill_in_metadata(last);
    CHECK(text_at(last, MetadataField::message_id, 0) == "NULL");
}

TEST_CASE("portions are as large as one that is worth writing") {
    const auto schema = schema_of_numbers();
    const auto anna = client("anna");
    RowBuffer<ColumnBatch> buffer(ColumnBatch(schema), rows_to_retain);
    for (int count = 0; count < 30; ++count) {
        Batch batch(schema);
        for (int row = 0; row < 1000; ++row) batch.add(row, anna);
        buffer.append(batch, {});
    }
    CHECK(buffer.rows() == 30'000);
    std::size_t portions = 0;
    for (; !buffer.empty(); buffer.pop_front(), ++portions) CHECK(buffer.portions().front().rows.rows == 10'000);
    CHECK(portions == 3);
}

TEST_CASE("rows that came since the last commit are replaced, and those before stay") {
    RowBuffer<ResultTable> buffer(empty_rows(number_column), rows_of_state);
    ResultTable first = numbers(0, 3);
    buffer.replace_uncommitted(first);
    CHECK(buffer.committed_rows() == 0);
    ResultTable instead = numbers(10, 2);
    buffer.replace_uncommitted(instead);
    CHECK(range_of(buffer.whole()) == "10 to 11 in 2");
    buffer.commit();
    CHECK(buffer.committed_rows() == 2);
    ResultTable more = numbers(20, 5);
    buffer.replace_uncommitted(more);
    CHECK(range_of(buffer.whole()) == "10 to 24 in 7");
    ResultTable none = numbers(0, 0);
    buffer.replace_uncommitted(none);
    CHECK(range_of(buffer.whole()) == "10 to 11 in 2");
    CHECK(buffer.rows() == 2);
    CHECK(buffer.bytes() == buffer.whole().byte_size());
    buffer.clear();
    CHECK(range_of(buffer.whole()) == "none");
    CHECK(buffer.bytes() == 0);
}

TEST_CASE("what was handed over is gone with the commit, and goes on again after a rollback") {
    RowBuffer<ResultTable> buffer(empty_rows(number_column), {.rows = 100, .portion_rows = 4});
    for (int batch = 0; batch < 3; ++batch) {
        ResultTable rows = numbers(batch * 10, 3);
        buffer.append(rows);
    }
    buffer.commit();
    CHECK(handed_over(buffer) == "0 to 2 in 3, 10 to 12 in 3, 20 to 22 in 3");
    CHECK(handed_over(buffer).empty());
    CHECK(buffer.committed_rows() == 0);
    CHECK(buffer.rows() == 9);
    buffer.take_back();
    CHECK(buffer.committed_rows() == 9);
    CHECK(handed_over(buffer) == "0 to 2 in 3, 10 to 12 in 3, 20 to 22 in 3");
    ResultTable late = numbers(30, 1);
    buffer.append(late);  // Not behind rows that have gone on, though there is room.
    buffer.commit();
    CHECK(buffer.rows() == 1);
    CHECK(handed_over(buffer) == "30 to 30 in 1");
}

TEST_CASE("a portion at which its destination fails has not been handed over") {
    RowBuffer<ResultTable> buffer(empty_rows(number_column), {.rows = 100, .portion_rows = 2});
    for (int batch = 0; batch < 3; ++batch) {
        ResultTable rows = numbers(batch * 10, 2);
        buffer.append(rows);
    }
    const auto fail_at_ten = [](ResultTable& rows) {
        if (range_of(rows) == "10 to 11 in 2") throw std::runtime_error("refused");
    };
    CHECK_THROWS(buffer.hand_over(fail_at_ten));
    CHECK(handed_over(buffer) == "10 to 11 in 2, 20 to 21 in 2");
}

TEST_CASE("a buffer is full by rows or by bytes, and due when its oldest rows are old") {
    const RowBufferBounds bounds{.rows = 10,
                                 .bytes = 1000,
                                 .age = std::chrono::seconds(1),
                                 .few_rows = 3,
                                 .age_of_few = std::chrono::seconds(30)};
    RowBuffer<ResultTable> buffer(empty_rows(number_column), bounds);
    const auto begin = RowBuffer<ResultTable>::Clock::time_point(std::chrono::hours(1));
    CHECK_FALSE(buffer.is_due(begin + std::chrono::hours(1)));
    ResultTable few = numbers(0, 2);
    buffer.append(few, begin);
    CHECK_FALSE(buffer.is_due(begin + std::chrono::seconds(29)));
    CHECK(buffer.is_due(begin + std::chrono::seconds(30)));
    ResultTable more = numbers(2, 7);
    buffer.append(more, begin + std::chrono::milliseconds(900));
    CHECK_FALSE(buffer.is_due(begin + std::chrono::milliseconds(999)));
    CHECK(buffer.is_due(begin + std::chrono::seconds(1)));
    CHECK_FALSE(buffer.is_full());
    ResultTable last = numbers(9, 1);
    buffer.append(last, begin);
    CHECK(buffer.is_full());

    RowBuffer<ResultTable> of_large_rows(empty_rows({{"s", TypeId::varchar}}), bounds);
    ResultTable large = empty_rows({{"s", TypeId::varchar}});
    large.values.front().append_string(std::string(1000, 'x'));
    large.rows = 1;
    of_large_rows.append(large, begin);
    CHECK(of_large_rows.is_full());
}
