#include "runtime/storage/retained_table.h"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

#include "connectors/codec/rows/metadata_writer.h"
#include "runtime/flow/rows/stream_schema.h"

using namespace laminar;

namespace {

/// A table of one column n with its metadata, and rows 0, 1, 2, ... that go into it.
class Numbers {
public:
    explicit Numbers(TableOptions options, const std::string& column = "n") {
        object.name = "Numbers";
        object.options = std::move(options);
        object.columns.emplace_back();
        object.columns.back().name = column;
        object.columns.back().type = TypeId::bigint;
        schema = table_batch_schema(object, MessageFormat::json);
        table = std::make_unique<RetainedTable>(*engine, object, schema, "(nothing)");
    }

    void append(std::size_t rows, std::chrono::seconds age = {}) {
        ColumnBatch batch(schema);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t index = 0; index < schema->columns.size(); ++index) {
                if (!schema->columns[index].metadata) {
                    batch.columns[index].append(next++);
                } else {
                    batch.columns[index].append_null();
                }
            }
        }
        batch.rows = rows;
        fill_in_processed_at(batch, std::chrono::system_clock::now() - age);
        table->append(batch);
    }

    std::int64_t ask(const std::string& expression) {
        table->make_readable();
        return integer("SELECT CAST(" + expression + " AS BIGINT) FROM numbers");
    }
    /// In the engine, whatever a query is shown.
    std::int64_t written() { return integer("SELECT count(*) FROM laminar_retained.numbers"); }
    std::int64_t integer(const std::string& sql) {
        const ResultTable result = engine->query(sql);
        REQUIRE(result.rows == 1);
        return result.values[0].is_valid(0) ? result.values[0].values<std::int64_t>()[0] : -1;
    }

    std::unique_ptr<Engine> engine = Engine::create({});
    TableObject object;
    std::shared_ptr<const BatchSchema> schema;
    std::unique_ptr<RetainedTable> table;
    std::int64_t next = 0;
};

TableOptions bounds(std::optional<std::uint64_t> rows, std::optional<std::chrono::microseconds> age = std::nullopt) {
    TableOptions options;
    options.retention_rows = rows;
    options.retention = age;
    return options;
}

}  // namespace

TEST_CASE("a query sees exactly the rows that the bound allows, however they came") {
    for (const std::uint64_t bound : {1, 100, 5'000, 100'000}) {
        CAPTURE(bound);
        Numbers numbers(bounds(bound));
        for (const std::size_t rows : {1, 7, 2'048, 3, 15'000, 50, 40'000, 1, 1, 90'000, 12}) {
            numbers.append(rows);
            CAPTURE(numbers.next);
            const std::int64_t kept = std::min<std::int64_t>(numbers.next, static_cast<std::int64_t>(bound));
            REQUIRE(numbers.ask("count(*)") == kept);
            REQUIRE(numbers.ask("min(n)") == numbers.next - kept);
            REQUIRE(numbers.ask("max(n)") == numbers.next - 1);
            CHECK(numbers.table->rows() == static_cast<std::uint64_t>(kept));
            CHECK(numbers.table->expired_rows() == static_cast<std::uint64_t>(numbers.next - kept));
        }
    }
}

TEST_CASE("rows are counted within the bound, and large batches follow waiting ones, also when nobody asks") {
    Numbers numbers(bounds(100));
    numbers.append(150);
    CHECK(numbers.table->rows() == 100);
    CHECK(numbers.table->expired_rows() == 50);
    CHECK(numbers.written() == 0);
    numbers.append(20'000);
    CHECK(numbers.table->rows() == 100);
    CHECK(numbers.table->expired_rows() == 20'050);
    CHECK(numbers.ask("count(*)") == 100);
    CHECK(numbers.ask("min(n)") == 20'050);
}

TEST_CASE("a field may be called as the engine calls the ids of its rows") {
    Numbers numbers(bounds(100), "rowid");
    numbers.append(15'000);
    numbers.append(300);
    CHECK(numbers.ask("count(*)") == 100);
    CHECK(numbers.ask("min(rowid)") == 15'200);
    std::int64_t position = 0;
    const ResultTable rows = numbers.table->read(position, 1'000);
    CHECK(rows.rows == 100);
    CHECK(rows.values[0].values<std::int64_t>()[99] == 15'299);
}

TEST_CASE("what goes by the order of rows goes by the order in which they came") {
    Numbers numbers(bounds(50'000));
    for (int batch = 0; batch < 120; ++batch) numbers.append(1'000);
    CHECK(numbers.ask("first(n)") == 70'000);
    CHECK(numbers.ask("last(n)") == 119'999);
    CHECK(numbers.ask("list(n) = list_sort(list(n))") == 1);
}

TEST_CASE("expired rows are deleted between queries as well, and said to be") {
    Numbers numbers(bounds(200'000));
    std::int64_t most = 0;
    std::uint64_t deleted = 0;
    for (int batch = 0; batch < 1'000; ++batch) {
        numbers.append(1'000);
        numbers.table->maintain();
        deleted += numbers.table->take_deleted().rows;
        if (batch % 50 == 0) most = std::max(most, numbers.written());
    }
    CHECK(most >= 131'072);
    CHECK(most <= 370'000);
    CHECK(deleted >= 600'000);
    CHECK(numbers.table->rows() == 200'000);
    CHECK(numbers.table->expired_rows() == 800'000);
    numbers.table.reset();
    CHECK(numbers.integer("SELECT count(*) FROM duckdb_tables()") == 0);
    CHECK(numbers.integer("SELECT count(*) FROM duckdb_views() WHERE NOT internal") == 0);
}

TEST_CASE("what goes beyond the bounds before anybody asks is never written") {
    Numbers numbers(bounds(50'000));
    for (int batch = 0; batch < 300; ++batch) {
        numbers.append(1'000);
        REQUIRE(numbers.table->rows() == std::min<std::uint64_t>(50'000, 1'000u * (batch + 1u)));
        REQUIRE(numbers.written() == 0);
    }
    CHECK(numbers.table->expired_rows() == 250'000);
    CHECK(numbers.table->take_deleted().rows == 0);
    CHECK(numbers.ask("count(*)") == 50'000);
    CHECK(numbers.ask("min(n)") == 250'000);
    CHECK(numbers.written() == 50'000);
    numbers.append(49'999);
    CHECK(numbers.ask("min(n)") == 299'999);
}

TEST_CASE("rows that are too old are not seen") {
    Numbers numbers(bounds(std::nullopt, std::chrono::minutes(10)));
    numbers.append(20'000, std::chrono::minutes(30));
    CHECK(numbers.ask("count(*)") == 0);
    CHECK(numbers.written() == 0);
    CHECK(numbers.table->expired_rows() == 20'000);
    numbers.append(300, std::chrono::minutes(11));
    numbers.append(200, std::chrono::minutes(1));
    CHECK(numbers.ask("count(*)") == 200);
    CHECK(numbers.ask("min(n)") == 20'300);
    CHECK(numbers.table->rows() == 200);
}

TEST_CASE("a table that keeps nothing counts its rows") {
    Numbers numbers(bounds(0));
    numbers.append(1'000);
    CHECK(numbers.ask("count(*)") == 0);
    CHECK(numbers.table->rows() == 0);
    CHECK(numbers.table->expired_rows() == 1'000);
}

TEST_CASE("retained rows are read part by part, those that wait as well") {
    Numbers numbers(bounds(30'000));
    for (int batch = 0; batch < 35; ++batch) numbers.append(1'000);
    numbers.table->make_readable();
    std::int64_t position = 0;
    std::int64_t expected = 5'010;
    numbers.append(10);
    while (true) {
        const ResultTable rows = numbers.table->read(position, 2'500);
        if (rows.rows == 0) break;
        for (std::size_t row = 0; row < rows.rows; ++row)
            REQUIRE(rows.values[0].values<std::int64_t>()[row] == expected++);
    }
    CHECK(expected == 35'010);
}

TEST_CASE("rows that wait are written after a while, without a query") {
    Numbers numbers(bounds(std::nullopt));
    numbers.append(10);
    CHECK(numbers.written() == 0);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (numbers.written() == 0 && std::chrono::steady_clock::now() < deadline) numbers.table->maintain();
    CHECK(numbers.written() == 10);
}

TEST_CASE("what cannot be written is lost to queries and counted, and later rows are kept") {
    Numbers numbers(bounds(std::nullopt));
    numbers.append(10);
    CHECK(numbers.ask("count(*)") == 10);
    // A table that is not there stands for whatever an engine may fail of.
    numbers.engine->execute("ALTER TABLE laminar_retained.numbers RENAME TO away");
    numbers.append(140'000);
    CHECK(numbers.table->rows() == 10);
    CHECK(numbers.table->expired_rows() == 140'000);
    numbers.engine->execute("ALTER TABLE laminar_retained.away RENAME TO numbers");
    numbers.append(5);
    CHECK(numbers.ask("count(*)") == 15);
    CHECK(numbers.ask("max(n)") == 140'014);
}

TEST_CASE("rows that cannot be deleted are logged, and tried again later") {
    Numbers numbers(bounds(20'000));
    numbers.append(15'000);
    CHECK(numbers.ask("count(*)") == 15'000);
    numbers.append(30'000);
    const std::string expired = "SELECT count(*) FROM laminar_retained.numbers WHERE c0 < 15000";
    numbers.engine->execute("ALTER TABLE laminar_retained.numbers RENAME TO away");
    CHECK_NOTHROW(numbers.table->maintain());
    numbers.engine->execute("ALTER TABLE laminar_retained.away RENAME TO numbers");
    CHECK(numbers.integer(expired) == 15'000);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (numbers.integer(expired) > 0 && std::chrono::steady_clock::now() < deadline) numbers.table->maintain();
    CHECK(numbers.integer(expired) == 0);
    CHECK(numbers.ask("count(*)") == 20'000);
    CHECK(numbers.ask("min(n)") == 25'000);
}

TEST_CASE("rows are bounded by their size, the oldest go first, and the bound follows what is written late") {
    TableOptions options = bounds(std::nullopt);
    options.retention_bytes = 200'000;
    Numbers numbers(options);
    for (const std::size_t rows : {1, 30'000, 7, 50, 100'000, 1}) {
        numbers.append(rows);
        CAPTURE(numbers.next);
        const std::int64_t kept = numbers.ask("count(*)");
        CHECK(numbers.table->bytes() <= 200'000);
        CHECK(static_cast<std::uint64_t>(kept) == numbers.table->rows());
        CHECK(numbers.table->rows() + numbers.table->expired_rows() == static_cast<std::uint64_t>(numbers.next));
        if (kept > 0) CHECK(numbers.ask("max(n) - min(n) + 1") == kept);
        if (kept > 0) CHECK(numbers.ask("max(n)") == numbers.next - 1);
    }
    // A row has 8 bytes of n, and its metadata.
    CHECK(numbers.ask("count(*)") > 500);
    CHECK(numbers.ask("count(*)") < 25'000);
}

TEST_CASE("without a word about it, a table is bounded by size") {
    CHECK(TableOptions().retention_bytes == 536'870'912U);
    TableOptions options;
    options.retention_bytes = 0;
    Numbers numbers(options);
    numbers.append(100);
    CHECK(numbers.ask("count(*)") == 0);
    CHECK(numbers.table->expired_rows() == 100);
}
