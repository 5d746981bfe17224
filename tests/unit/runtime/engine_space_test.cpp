#include "runtime/storage/engine_space.h"

#include <doctest/doctest.h>

#include "runtime/engine/engine.h"

namespace laminar {
namespace {

std::int64_t bytes_in_memory(Engine& engine) {
    const ResultTable usage = engine.query("SELECT CAST(SUM(memory_usage_bytes) AS BIGINT) FROM duckdb_memory()");
    return usage.values[0].values<std::int64_t>()[0];
}

/// Rows come and go, 2 MB a round; writes is told to space in between.
std::int64_t growth(Engine& engine, EngineSpace* space) {
    engine.execute("CREATE OR REPLACE TABLE passing (n BIGINT, text VARCHAR)");
    const std::int64_t before = bytes_in_memory(engine);
    for (std::uint64_t round = 1; round <= 100; ++round) {
        engine.execute("INSERT INTO passing SELECT n, repeat('x', 2000) || n FROM range(1000) AS numbers(n)");
        engine.execute("DELETE FROM passing WHERE rowid IN (SELECT rowid FROM passing ORDER BY rowid LIMIT 990)");
        if (space) space->reclaim_if_due(engine, round * 1000, round * 2'000'000);
    }
    return bytes_in_memory(engine) - before;
}

}  // namespace

TEST_CASE("the space of rows that have come and gone is given back") {
    const auto engine = Engine::create({});
    EngineSpace space;
    CHECK(growth(*engine, nullptr) > 150'000'000);  // Else this test shows nothing.
    CHECK(growth(*engine, &space) < 90'000'000);
    const ResultTable left = engine->query("SELECT count(*), count(DISTINCT rowid) FROM passing");
    CHECK(left.values[0].values<std::int64_t>()[0] == 1000);
    CHECK(left.values[1].values<std::int64_t>()[0] == 1000);
}

}  // namespace laminar
