// Groups that aggregates keep in memory go to the table of their state when there are too many, and go on there.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "flow_fixture.h"

using namespace laminar;
using namespace laminar::test;
using Rows = std::vector<std::string>;

namespace {

/// So long that some 16 of them, each kept as key and as value, are more than stay in memory.
constexpr std::size_t name_bytes = 2u << 20;
constexpr int names = 20;

std::string row_of(int name, double v, const std::string& ts) {
    return fmt::format(R"({{"k":"{}","v":{},"ts":"{}"}})", std::string(name_bytes, static_cast<char>('a' + name)), v,
                       ts);
}

std::string rows_in_table(FlowFixture& flow) {
    return flow
        .query("SELECT sum(estimated_size)::BIGINT AS n FROM duckdb_tables() WHERE schema_name = 'laminar_state'")
        .front();
}

std::uint64_t state_rows(FlowFixture& flow) { return flow.graph.pipeline_statuses().front().state_rows; }

}  // namespace

TEST_CASE("groups of a result that changes go on in the table") {
    FlowFixture flow(
        "CREATE TABLE t (k TEXT, v DOUBLE, ts TIMESTAMP) WITH (connector = 'feed', retention_rows = 0);"
        "CREATE PIPELINE p AS SELECT left(k, 1) AS name, n, total, mean FROM (SELECT k, COUNT(*) AS n, SUM(v) AS "
        "total, "
        "AVG(v) AS mean FROM t GROUP BY k);");
    flow.cycle();  // What the table retained before: nothing.
    const std::string ts = "2024-03-01 10:00:00";
    for (int name = 0; name < 3; ++name) flow.offer("t", row_of(name, 0.1, ts));
    flow.cycle();
    CHECK(state_rows(flow) == 3);
    CHECK(rows_in_table(flow) == R"({"n":0})");
    for (int name = 3; name < names; ++name) flow.offer("t", row_of(name, 0.1, ts));
    flow.cycle();
    flow.offer("t", row_of(0, 0.2, ts));
    flow.cycle();
    CHECK(state_rows(flow) == names);
    CHECK(rows_in_table(flow) == fmt::format(R"({{"n":{}}})", names));
    (void)flow.take("p");
    // What was there before goes on to the last digit, and what is new begins.
    flow.offer("t", row_of(0, 0.3, ts));
    flow.offer("t", row_of(names, 7, ts));
    flow.cycle();
    CHECK(flow.take("p") ==
          Rows{R"({"name":"a","n":2,"total":0.30000000000000004,"mean":0.15000000000000002} -)",
               R"({"name":"a","n":3,"total":0.6000000000000001,"mean":0.20000000000000004})",
               fmt::format(R"({{"name":"{}","n":1,"total":7.0,"mean":7.0}})", static_cast<char>('a' + names))});
    CHECK(state_rows(flow) == names + 1);
}

TEST_CASE("groups of windows go to the table, and what comes later is added to them") {
    std::string sum;
    SUBCASE("in the order of the rows") { sum = "SUM(v)"; }
    SUBCASE("in any order") { sum = "SUM(CAST(v * 10 AS BIGINT))"; }
    SUBCASE("of columns, in any order") { sum = "COUNT(v)"; }
    FlowFixture flow(
        "CREATE TABLE t (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH (connector = 'feed', "
        "retention_rows = 0);"
        "CREATE PIPELINE p AS SELECT left(k, 1) AS name, n, total FROM (SELECT k, COUNT(*) AS n, " +
        sum + " AS total FROM t GROUP BY k, TUMBLE(ts, INTERVAL '1 minute'));");
    flow.cycle();  // What the table retained before: nothing.
    const std::string first = "2024-03-01 10:00:00";
    const std::string second = "2024-03-01 10:00:30";
    for (int name = 0; name < names; ++name) flow.offer("t", row_of(name, 0.1, first));
    flow.cycle();
    for (const double v : {0.2, 0.3}) {
        flow.offer("t", row_of(0, v, second));
        flow.cycle();
    }
    flow.offer("t", row_of(names, 1, "2024-03-01 10:01:00"));
    flow.cycle();
    const Rows rows = flow.take("p");
    REQUIRE(rows.size() == names);
    const std::string total = sum == "SUM(v)" ? "0.6000000000000001" : sum == "COUNT(v)" ? "3" : "6";
    CHECK(rows[0] == fmt::format(R"({{"name":"a","n":3,"total":{}}})", total));
    const std::string one = sum == "SUM(v)" ? "0.1" : "1";
    CHECK(rows[names - 1] ==
          fmt::format(R"({{"name":"{}","n":1,"total":{}}})", static_cast<char>('a' + names - 1), one));
    CHECK(state_rows(flow) == 1);
}
