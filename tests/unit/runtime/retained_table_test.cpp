#include "runtime/retained_table.h"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

#include "connectors/codec/metadata_writer.h"
#include "runtime/stream_schema.h"

using namespace laminar;

namespace {

/// A table of one column n with its metadata, and rows 0, 1, 2, ... that go into it.
class Numbers {
public:
    explicit Numbers(TableOptions options) {
        object.name = "Numbers";
        object.options = std::move(options);
        object.columns.emplace_back();
        object.columns.back().name = "n";
        object.columns.back().type = TypeId::bigint;
        schema = table_batch_schema(object, MessageFormat::json);
        table = std::make_unique<RetainedTable>(*engine, object, schema, "(nothing)");
    }

    void append(std::size_t rows, std::chrono::seconds age = {}) {
        ColumnBatch batch(schema);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t index = 0; index < schema->columns.size(); ++index) {
                if (schema->columns[index].name == "n") {
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
    std::int64_t tables() {
        return integer("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'laminar_retained'");
    }
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

TEST_CASE("expired rows go by whole segments, and few of those are there at a time") {
    Numbers numbers(bounds(50'000));
    std::int64_t most = 0;
    std::int64_t most_rows = 0;
    for (int batch = 0; batch < 400; ++batch) {
        numbers.append(1'000);
        most = std::max(most, numbers.tables());
        if (batch % 50 != 0) continue;
        most_rows = std::max(most_rows, numbers.integer("SELECT sum(estimated_size)::BIGINT FROM duckdb_tables() WHERE "
                                                        "schema_name = 'laminar_retained'"));
    }
    CHECK(most > 2);
    CHECK(most <= 11);
    CHECK(most_rows <= 80'000);
    numbers.table.reset();
    CHECK(numbers.tables() == 0);
    CHECK(numbers.integer("SELECT count(*) FROM duckdb_views() WHERE NOT internal") == 0);
}

TEST_CASE("rows that are too old are hidden, and their segments dropped, also when nothing follows") {
    Numbers numbers(bounds(std::nullopt, std::chrono::minutes(10)));
    numbers.append(20'000, std::chrono::minutes(30));
    CHECK(numbers.ask("count(*)") == 0);
    CHECK(numbers.tables() == 1);
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

TEST_CASE("a place in the retained rows holds while others come and go, and while space is reclaimed") {
    Numbers numbers(bounds(30'000));
    for (int batch = 0; batch < 50; ++batch) numbers.append(1'000);
    std::int64_t position = 0;
    std::int64_t expected = 20'000;
    for (int batch = 0; batch < 8; ++batch) {
        ResultTable rows = numbers.table->read(position, 2'500);
        REQUIRE(rows.rows > 0);
        REQUIRE(rows.columns[0].name == "n");
        for (std::size_t row = 0; row < rows.rows; ++row)
            REQUIRE(rows.values[0].values<std::int64_t>()[row] == expected++);
        numbers.engine->execute("CHECKPOINT");
    }
    for (int batch = 0; batch < 40; ++batch) numbers.append(1'000);
    expected = 60'000;  // What has expired meanwhile is left out.
    while (true) {
        const ResultTable rows = numbers.table->read(position, 2'500);
        if (rows.rows == 0) break;
        for (std::size_t row = 0; row < rows.rows; ++row)
            REQUIRE(rows.values[0].values<std::int64_t>()[row] == expected++);
    }
    CHECK(expected == 90'000);
}

TEST_CASE("rows that wait are written after a while, without a query") {
    Numbers numbers(bounds(std::nullopt));
    numbers.append(10);
    const auto written = [&] {
        return numbers.integer(
            "SELECT sum(estimated_size)::BIGINT FROM duckdb_tables() WHERE schema_name = "
            "'laminar_retained'");
    };
    CHECK(written() == 0);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (written() == 0 && std::chrono::steady_clock::now() < deadline) numbers.table->maintain();
    CHECK(written() == 10);
}

TEST_CASE("what cannot be written is lost to queries and counted, and later rows are kept") {
    Numbers numbers(bounds(std::nullopt));
    numbers.append(10);
    CHECK(numbers.ask("count(*)") == 10);
    // A table of that name which does not fit stands for whatever an engine may fail of.
    numbers.engine->execute("ALTER TABLE laminar_retained.\"numbers:0\" RENAME TO away");
    numbers.append(20'000);
    CHECK(numbers.table->rows() == 10);
    CHECK(numbers.table->expired_rows() == 20'000);
    numbers.engine->execute("ALTER TABLE laminar_retained.away RENAME TO \"numbers:0\"");
    numbers.append(5);
    CHECK(numbers.ask("count(*)") == 15);
    CHECK(numbers.ask("max(n)") == 20'014);
}
