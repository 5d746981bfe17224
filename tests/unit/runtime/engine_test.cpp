#include "runtime/engine/engine.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace laminar;

namespace {

std::int64_t integer(const ResultTable& table, std::size_t column = 0, std::size_t row = 0) {
    REQUIRE(table.rows > row);
    REQUIRE(table.values.at(column).physical() == PhysicalType::int64);
    return table.values[column].values<std::int64_t>()[row];
}

std::string text(const ResultTable& table, std::size_t column = 0, std::size_t row = 0) {
    REQUIRE(table.rows > row);
    return std::string(table.values.at(column).string_at(row));
}

EngineError error_of(Engine& engine, const std::string& sql) {
    try {
        engine.query(sql);
    } catch (const EngineException& problem) {
        return problem.error();
    }
    FAIL("no error: " << sql);
    return {};
}

/// Columns a (BIGINT), b (VARCHAR, with a DEFAULT), at (processed_at).
std::shared_ptr<const BatchSchema> make_schema() {
    auto schema = std::make_shared<BatchSchema>();
    schema->columns.resize(3);
    schema->columns[0].name = "a";
    schema->columns[0].type = TypeId::bigint;
    schema->columns[1].name = "b";
    schema->columns[1].type = TypeId::varchar;
    schema->columns[1].tracks_presence = true;
    schema->columns[2].name = "at";
    schema->columns[2].type = TypeId::timestamp;
    schema->columns[2].metadata = MetadataField::processed_at;
    return schema;
}

ColumnBatch make_batch(std::shared_ptr<const BatchSchema> schema, std::size_t rows) {
    ColumnBatch batch(std::move(schema));
    for (std::size_t row = 0; row < rows; ++row) {
        batch.columns[0].append(static_cast<std::int64_t>(row));
        if (row % 2 == 0)
            batch.columns[1].append_string("row number " + std::to_string(row));
        else
            batch.columns[1].append_null();
        batch.presence[1].push_back(row % 4 != 1);
        batch.columns[2].append_null();
    }
    batch.rows = rows;
    return batch;
}

}  // namespace

TEST_CASE("a batch is read in order, whatever its size") {
    const auto engine = Engine::create({});
    const auto schema = make_schema();
    const auto slot = engine->create_batch_slot("s", schema);
    const auto statement = engine->prepare("SELECT a, b FROM " + slot->from_sql());
    for (const std::size_t rows : {0, 1, 2047, 2048, 2049, 100'000}) {
        CAPTURE(rows);
        ColumnBatch batch = make_batch(schema, rows);
        slot->set_batch(&batch);
        const ResultTable result = statement->execute();
        REQUIRE(result.rows == rows);
        bool in_order = true;
        for (std::size_t row = 0; row < rows; ++row) {
            in_order = in_order && integer(result, 0, row) == static_cast<std::int64_t>(row);
            in_order = in_order && result.values[1].is_valid(row) == (row % 2 == 0);
            in_order = in_order && (row % 2 != 0 || text(result, 1, row) == "row number " + std::to_string(row));
        }
        CHECK(in_order);
        slot->set_batch(nullptr);
        CHECK(statement->execute().rows == 0);
    }
}

TEST_CASE("a batch has presence beside its columns") {
    const auto engine = Engine::create({});
    const auto schema = make_schema();
    const auto slot = engine->create_batch_slot("s", schema);
    ColumnBatch batch = make_batch(schema, 8);
    slot->set_batch(&batch);
    const ResultTable all = engine->query("SELECT * FROM " + slot->from_sql());
    REQUIRE(all.columns.size() == 4);
    CHECK(all.columns[3].name == "__present_b");
    CHECK(all.columns[3].type == ColumnType(TypeId::boolean));
    for (std::size_t row = 0; row < 8; ++row) CHECK(all.values[3].values<std::uint8_t>()[row] == (row % 4 != 1));
}

TEST_CASE("columns that a statement does not use are not touched") {
    const auto engine = Engine::create({});
    const auto schema = make_schema();
    const auto slot = engine->create_batch_slot("s", schema);
    ColumnBatch batch = make_batch(schema, 10);
    batch.columns[1].clear();  // Reading it would be an error.
    slot->set_batch(&batch);
    CHECK(integer(engine->query("SELECT sum(a)::BIGINT FROM " + slot->from_sql())) == 45);
    CHECK(integer(engine->query("SELECT count(*) FROM " + slot->from_sql() + " WHERE \"__present_b\"")) == 7);
    CHECK(error_of(*engine, "SELECT b FROM " + slot->from_sql()).message.find("fewer values") != std::string::npos);
}

TEST_CASE("several slots feed one statement, and slots may hold rows of other statements") {
    const auto engine = Engine::create({});
    const auto schema = make_schema();
    const auto left = engine->create_batch_slot("left", schema);
    ColumnBatch batch = make_batch(schema, 100);
    left->set_batch(&batch);
    const ResultTable doubled = engine->query("SELECT a, a * 2 AS twice FROM " + left->from_sql());
    const auto right = engine->create_row_slot("right", doubled.columns);
    right->set_rows(&doubled);
    const std::string join = "SELECT sum(r.twice - 2 * l.a)::BIGINT, count(*) FROM " + left->from_sql() +
                             " AS l JOIN " + right->from_sql() + " AS r USING (a)";
    const ResultTable joined = engine->query(join);
    CHECK(integer(joined, 0) == 0);
    CHECK(integer(joined, 1) == 100);
}

TEST_CASE("a statement outlives its slot without harm") {
    const auto engine = Engine::create({});
    auto slot = engine->create_batch_slot("s", make_schema());
    const std::string from = slot->from_sql();
    const auto statement = engine->prepare("SELECT a FROM " + from);
    slot.reset();
    CHECK(statement->execute().rows == 0);
    CHECK(error_of(*engine, "SELECT a FROM " + from).message.find("nothing is readable") != std::string::npos);
}

TEST_CASE("prepared statements survive changes to tables") {
    const auto engine = Engine::create({});
    const auto schema = make_schema();
    const auto slot = engine->create_batch_slot("s", schema);
    engine->execute("CREATE TABLE kept (a BIGINT, b VARCHAR)");
    const auto insert = engine->prepare("INSERT INTO kept SELECT a, b FROM " + slot->from_sql());
    CHECK(insert->columns().empty());
    ColumnBatch batch = make_batch(schema, 3000);
    slot->set_batch(&batch);
    CHECK(insert->execute().rows_changed == 3000);
    engine->execute(
        "CREATE TABLE other (x INTEGER); DROP TABLE other; ALTER TABLE kept ADD COLUMN c INTEGER DEFAULT 7");
    CHECK_THROWS_AS(insert->execute(), EngineException);  // Two columns for three.
    engine->execute("ALTER TABLE kept DROP COLUMN c");
    CHECK(insert->execute().rows_changed == 3000);
    CHECK(integer(engine->query("SELECT count(*) FROM kept")) == 6000);
    const ResultTable returned = engine->query("DELETE FROM kept WHERE a < 2 RETURNING a AS \"Count\"");
    CHECK(returned.rows == 4);
}

TEST_CASE("a prepared statement sees what its tables hold now, whatever they held when it was prepared") {
    const auto engine = Engine::create({});
    engine->execute("CREATE TABLE t (k VARCHAR, v BIGINT); INSERT INTO t VALUES ('a', 1), ('b', 2)");
    const auto filtered = engine->prepare("SELECT v FROM t WHERE v > 100");
    const auto sorted = engine->prepare("SELECT v, k FROM t ORDER BY v DESC, k");
    const auto grouped = engine->prepare("SELECT v, k, count(*) FROM t GROUP BY v, k HAVING v > 2");
    const auto counted = engine->prepare("SELECT count(*) FROM t WHERE v IS NULL");
    const auto joined = engine->prepare("SELECT a.v FROM t AS a JOIN t AS b ON a.v = b.v AND a.k = b.k WHERE a.v > 2");
    CHECK(filtered->execute().rows == 0);
    engine->execute("INSERT INTO t VALUES ('a longer text than before', 1000000000000), ('c', NULL)");
    CHECK(integer(filtered->execute()) == 1'000'000'000'000);
    const ResultTable all = sorted->execute();
    REQUIRE(all.rows == 4);
    const bool nulls_first = !all.values[0].is_valid(0);
    CHECK(integer(all, 0, nulls_first ? 1 : 0) == 1'000'000'000'000);
    CHECK(text(all, 1, nulls_first ? 1 : 0) == "a longer text than before");
    const ResultTable groups = grouped->execute();
    CHECK(integer(groups) == 1'000'000'000'000);
    CHECK(text(groups, 1) == "a longer text than before");
    CHECK(integer(counted->execute()) == 1);
    CHECK(integer(joined->execute()) == 1'000'000'000'000);
}

TEST_CASE("transactions") {
    const auto engine = Engine::create({});
    engine->execute("CREATE TABLE t (a INTEGER)");
    engine->begin();
    engine->execute("INSERT INTO t VALUES (1)");
    engine->rollback();
    engine->rollback();  // Without effect.
    CHECK(integer(engine->query("SELECT count(*) FROM t")) == 0);
    engine->begin();
    engine->execute("INSERT INTO t VALUES (1)");
    CHECK_THROWS_AS(engine->execute("INSERT INTO t VALUES ('x')"), EngineException);
    engine->rollback();
    engine->begin();
    engine->execute("INSERT INTO t VALUES (1)");
    engine->commit();
    CHECK(integer(engine->query("SELECT count(*) FROM t")) == 1);
}

TEST_CASE("errors say what, where and what instead") {
    const auto engine = Engine::create({});
    const EngineError column = error_of(*engine, "SELECT 'é', pric FROM (SELECT 1 AS price)");
    CHECK(column.type == "Binder");
    CHECK(column.subtype == "COLUMN_NOT_FOUND");
    CHECK(column.name == "pric");
    CHECK(column.candidate == "price");
    CHECK(column.position == 13);
    const EngineError function = error_of(*engine, "SELECT sum('x', 1)");
    CHECK(function.candidates.size() > 3);
    CHECK(function.candidates[0].find('(') != std::string::npos);
    CHECK(error_of(*engine, "SELECT CAST('x' AS INTEGER)").type == "Conversion");
    CHECK(error_of(*engine, "SELECT (").type == "Parser");
    // The statement is run inside another one here, which must not show in positions.
    const EngineError wrapped = error_of(*engine, "SELECT CAST('o' AS ENUM('ok')), 1 WHERE 'x'::INTEGER = 1");
    CHECK(wrapped.type == "Conversion");
    if (wrapped.position) CHECK(*wrapped.position < 60);
}

TEST_CASE("a statement is interrupted from another thread, and the next one runs") {
    const auto engine = Engine::create({});
    engine->interrupt();  // Nothing runs: nothing happens.
    CHECK(integer(engine->query("SELECT 1::BIGINT")) == 1);
    const auto slow = engine->prepare("SELECT sum(i)::BIGINT FROM range(1000000000000) AS r(i)");
    std::atomic<bool> done = false;
    std::thread other([&] {
        // The statement may not have begun when the first call comes.
        while (!done) {
            engine->interrupt();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    std::string type;
    try {
        slow->execute();
    } catch (const EngineException& problem) {
        type = problem.error().type;
    }
    done = true;
    other.join();
    CHECK(type == "Interrupt");
    CHECK(integer(engine->query("SELECT 1::BIGINT")) == 1);
}

TEST_CASE("a streamed result ends when it is no longer wanted") {
    const auto engine = Engine::create({});
    const auto endless = engine->prepare("SELECT i FROM range(1000000000000) AS r(i)");
    std::size_t rows = 0;
    endless->execute([&](const ResultTable& part) {
        CHECK(integer(part) == static_cast<std::int64_t>(rows));
        rows += part.rows;
        return rows < 10'000;
    });
    CHECK(rows >= 10'000);
    CHECK(rows < 100'000);
    CHECK(integer(engine->query("SELECT 1::BIGINT")) == 1);
    const auto failing =
        engine->prepare("SELECT CASE WHEN i = 50000 THEN 'x' ELSE '1' END::INTEGER FROM range(60000) r(i)");
    CHECK_THROWS_AS(failing->execute([](const ResultTable&) { return true; }), EngineException);
}

TEST_CASE("system tables are made when they are read") {
    const auto engine = Engine::create({});
    int reads = 0;
    SystemTable table;
    table.name = "Numbers";
    table.columns = {{"n", TypeId::bigint}, {"name", TypeId::varchar}};
    table.rows = [&] {
        ++reads;
        ResultTable rows;
        rows.columns = table.columns;
        rows.values.emplace_back(TypeId::bigint);
        rows.values.emplace_back(TypeId::varchar);
        rows.values[0].append(std::int64_t{reads});
        rows.values[1].append_string("a name of more than twelve bytes");
        rows.rows = 1;
        return rows;
    };
    engine->register_system_table(table);
    const auto statement = engine->prepare("SELECT n, name FROM laminar_system('numbers')");
    CHECK(reads == 0);
    CHECK(integer(statement->execute()) == 1);
    const ResultTable second = statement->execute();
    CHECK(integer(second) == 2);
    CHECK(text(second, 1) == "a name of more than twelve bytes");
    CHECK_THROWS_AS(engine->prepare("SELECT * FROM laminar_system('nothing')"), EngineException);

    table.name = "broken";
    table.rows = []() -> ResultTable { throw std::runtime_error("out of order"); };
    engine->register_system_table(table);
    CHECK(error_of(*engine, "SELECT * FROM laminar_system('broken')").message.find("out of order") !=
          std::string::npos);
}

TEST_CASE("connection tests") {
    const auto engine = Engine::create({});
    const auto statement = engine->prepare("SELECT laminar_connection_test('feed')->>'ok'");
    CHECK_FALSE(statement->execute().values[0].is_valid(0));
    engine->set_connection_test_result("Feed", R"({"ok": "first"})");
    CHECK(text(statement->execute()) == "first");
    engine->set_connection_test_result("feed", R"({"ok": "second"})");
    CHECK(text(statement->execute()) == "second");
}

TEST_CASE("acknowledgements are taken once for each row") {
    const auto engine = Engine::create({});
    engine->query(
        "SELECT laminar_acknowledge('feed', CASE WHEN i = 1 THEN NULL ELSE 'id' || i END) FROM range(4) AS r(i) WHERE "
        "i < 3");
    engine->query("SELECT laminar_acknowledge('feed', 'same') FROM range(2)");
    const std::vector<Acknowledgement> taken = engine->take_acknowledgements();
    REQUIRE(taken.size() == 4);
    CHECK(taken[0].connection == "feed");
    CHECK(taken[0].message_id == "id0");
    CHECK(taken[1].message_id == "id2");
    CHECK(taken[3].message_id == "same");
    CHECK(engine->take_acknowledgements().empty());
    engine->prepare("SELECT laminar_acknowledge('feed', 'never run')");
    CHECK(engine->take_acknowledgements().empty());
}

TEST_CASE("where settings are locked, a statement can neither read files nor change how the engine is set up") {
    Engine::Settings settings;
    settings.locks_settings = true;
    const auto engine = Engine::create(settings);
    CHECK_THROWS_AS(engine->execute("SET threads = 4"), EngineException);
    CHECK_THROWS_AS(engine->execute("INSTALL httpfs"), EngineException);
    CHECK(error_of(*engine, "SELECT * FROM read_csv('/etc/hostname')").type == "Permission");
    CHECK(text(engine->query("SELECT CAST(TIMESTAMPTZ '2024-01-01 00:00:00+02' AS VARCHAR)")) ==
          "2023-12-31 22:00:00+00");
}

TEST_CASE("a database that cannot be opened is an error") {
    Engine::Settings settings;
    settings.database_path = "/nowhere/at/all/x.duckdb";
    CHECK_THROWS_AS(Engine::create(settings), EngineException);
}
