#include "runtime/flow/sinks/sink_writer.h"

#include <doctest/doctest.h>

#include "flow_fixture.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/flow/sinks/sink_shape.h"
#include "runtime/flow/sinks/stored_table_sink.h"
#include "runtime/flow/sinks/stream_sink.h"

using namespace laminar;
using namespace laminar::test;
using Rows = std::vector<std::string>;

namespace {

/// A stored table (k TEXT, n INTEGER), and a sink into it.
struct Stored {
    explicit Stored(const std::string& key, const std::string& check = "") {
        table.name = "t";
        for (const auto& [name, type] : {std::pair{"k", TypeId::varchar}, std::pair{"n", TypeId::integer}}) {
            table.columns.emplace_back();
            table.columns.back().name = name;
            table.columns.back().type = type;
        }
        if (!key.empty()) table.primary_key = {key};
        engine->execute("CREATE TABLE " + engine_table_name("t") + " (k TEXT, n INTEGER" + check + ")");
        sink = make_stored_table_sink(*engine, table, "sink", sink_columns(table, {}));
    }

    ResultTable rows(const std::string& values) {
        return engine->query("SELECT * FROM (VALUES " + values + ") AS v(k, n)");
    }
    Rows kept() { return as_json(engine->query("SELECT * FROM " + engine_table_name("t") + " ORDER BY ALL")); }

    std::unique_ptr<Engine> engine = Engine::create({});
    TableObject table;
    std::unique_ptr<SinkWriter> sink;
};

}  // namespace

TEST_CASE("a stored table takes the rows of a cycle whole, or throws") {
    Stored stored("", ", CHECK (n <> 2)");
    CHECK(stored.sink->is_stored());
    stored.sink->write_all({}, stored.rows("('a', 1), ('b', 3)"));
    CHECK(stored.kept() == Rows{R"({"k":"a","n":1})", R"({"k":"b","n":3})"});
    CHECK_THROWS_AS(stored.sink->write_all({}, stored.rows("('c', 4), ('d', 2)")), EngineException);
    CHECK(stored.kept().size() == 2);
}

TEST_CASE("row by row only those are left out that the table refuses") {
    Stored stored("", ", CHECK (n <> 2)");
    const auto refused = stored.sink->write(stored.rows("('a', 1), ('b', 2), ('c', 3)"), 0);
    REQUIRE(refused.size() == 1);
    CHECK(refused.front().row == 1);
    CHECK(stored.kept() == Rows{R"({"k":"a","n":1})", R"({"k":"c","n":3})"});
}

TEST_CASE("a row replaces the one of its key, and of several the last counts") {
    Stored stored("k");
    CHECK(stored.sink->write(stored.rows("('a', 1), ('b', 1), ('a', 2)"), 0).empty());
    CHECK(stored.kept() == Rows{R"({"k":"a","n":2})", R"({"k":"b","n":1})"});
    stored.sink->expect_changes({"k"});
    CHECK(stored.sink->write_changes(stored.rows("('b', 1)"), stored.rows("('a', 3)"), 0).empty());
    CHECK(stored.kept() == Rows{R"({"k":"a","n":3})"});
}

TEST_CASE("changes go to a table by its key only") {
    Stored stored("");
    CHECK_THROWS_AS(stored.sink->expect_changes({}), EngineException);
}

TEST_CASE("a stream hands on rows until its reader is full") {
    Stored source("");
    const auto queue = std::make_shared<StreamQueue>(SlowReader::holds_up, 1, [] {});
    const auto sink = make_stream_sink(queue, "p");
    CHECK_FALSE(sink->is_stored());
    CHECK(sink->flush());
    CHECK(sink->write(source.rows("('a', 1)"), 0).empty());
    CHECK_FALSE(sink->flush());
    const auto taken = queue->take();
    REQUIRE(taken);
    CHECK(taken->stream == "p");
    CHECK(as_json(taken->rows) == Rows{R"({"k":"a","n":1})"});
    queue->close();
}

TEST_CASE("a query is shaped for the columns of its sink") {
    Stored stored("");
    const std::string shaped =
        shape_for_sink("SELECT 'x' AS a, 7::BIGINT AS b", sink_columns(stored.table, {"n", "k"}));
    CHECK_THROWS_AS((void)stored.engine->query(shaped), EngineException);  // 'x' is no INTEGER.
    CHECK(as_json(stored.engine->query(shape_for_sink("SELECT 'x' AS a, 7::BIGINT AS b",
                                                      sink_columns(stored.table, {})))) == Rows{R"({"k":"x","n":7})"});
}
