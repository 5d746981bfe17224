#include <doctest/doctest.h>

#include "query_fixture.h"

using laminar::InputKind;
using laminar::test::QueryFixture;

TEST_CASE("relations of the catalog become scans under the user's names") {
    QueryFixture fixture;
    auto bound = fixture.bind("SELECT t.symbol, a.owner FROM Trades t JOIN accounts AS a USING (symbol)");
    REQUIRE(bound.ok());
    CHECK(bound.sql() == "SELECT t.symbol, a.owner FROM @0 AS t JOIN @1 AS a USING (symbol)");
    REQUIRE(bound.query->inputs.size() == 2);
    CHECK(bound.query->inputs[0].kind == InputKind::stream_table);
    CHECK(bound.query->inputs[0].object == "trades");
    CHECK(bound.query->inputs[1].kind == InputKind::stored_table);
    CHECK(bound.columns(0) == "symbol VARCHAR, price DOUBLE, quantity BIGINT, traded_at TIMESTAMP");
    CHECK(bound.query->dependencies == std::vector<std::string>{"trades", "accounts"});
    CHECK(bound.query->reads_stream());
    CHECK(fixture.checker.checked == 1);
    CHECK(bound.query->columns.size() == 1);
}

TEST_CASE("a scan without alias keeps its table's name") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT trades.price FROM trades").sql() == "SELECT trades.price FROM @0 AS trades");
    CHECK(fixture.bind("SELECT totals.total FROM TOTALS").sql() == "SELECT totals.total FROM @0 AS TOTALS");
}

TEST_CASE("system tables, pipelines and generators are scans of their kind") {
    QueryFixture fixture;
    auto logs = fixture.bind("SELECT system.websocket_logs.event FROM system.websocket_logs");
    REQUIRE(logs.ok());
    CHECK(logs.query->inputs[0].kind == InputKind::system_table);
    CHECK(logs.query->inputs[0].object == "websocket_logs");
    CHECK(logs.sql() == "SELECT websocket_logs.event FROM @0 AS websocket_logs");
    CHECK(logs.query->dependencies.empty());
    CHECK_FALSE(logs.query->reads_stream());

    auto pipeline = fixture.bind("SELECT total FROM totals");
    REQUIRE(pipeline.ok());
    CHECK(pipeline.query->inputs[0].kind == InputKind::pipeline);
    CHECK(pipeline.columns() == "symbol VARCHAR, total DOUBLE");

    auto ticks = fixture.bind("SELECT counter, message_size FROM ticks");
    REQUIRE(ticks.ok());
    CHECK(ticks.columns() == "counter BIGINT, timestamp TIMESTAMP, message_size BIGINT");
}

TEST_CASE("common tables hide catalog relations, also recursive ones") {
    QueryFixture fixture;
    auto bound = fixture.bind("WITH trades AS (SELECT 1 AS n) SELECT n FROM trades");
    CHECK(bound.sql() == "WITH trades AS (SELECT 1 AS n) SELECT n FROM trades AS trades");
    CHECK(bound.query->inputs.empty());
    CHECK(fixture.bind("WITH c(x) AS (SELECT symbol FROM trades) SELECT c.x FROM c").ok());
    CHECK(fixture.bind("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n")
              .ok());
    CHECK(fixture.bind("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n")
              .ok());
    CHECK(fixture.bind("WITH c AS (SELECT symbol FROM trades) SELECT price FROM c").only_finding() ==
          "L208 at `price`: no column is named \"price\"");
}

TEST_CASE("select aliases are visible where DuckDB sees them") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT price * 2 AS twice_price, twice_price + 1 FROM trades WHERE twice_price > 3").ok());
    CHECK(fixture.bind("SELECT symbol AS s, sum(price) AS total FROM trades GROUP BY s HAVING total > 1 ORDER BY total")
              .ok());
    CHECK(fixture
              .bind("SELECT symbol, row_number() OVER w AS n FROM trades WINDOW w AS (PARTITION BY symbol ORDER BY "
                    "traded_at) QUALIFY n = 1")
              .ok());
    CHECK(fixture.bind("SELECT symbol FROM trades UNION ALL SELECT owner FROM accounts ORDER BY symbol").ok());
    CHECK(fixture.bind("SELECT next + 1, price AS next FROM trades")
              .only_finding()
              .starts_with("L208 at `next`: no column is named \"next\""));
}

TEST_CASE("subqueries see the columns around them") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT (SELECT max(owner) FROM accounts a WHERE a.symbol = t.symbol) FROM trades t").ok());
    CHECK(fixture.bind("SELECT 1 FROM trades WHERE EXISTS (SELECT 1 FROM accounts WHERE owner = price)").ok());
    CHECK(fixture.bind("SELECT u.p FROM trades t, LATERAL (SELECT t.price AS p) u").ok());
    CHECK(fixture.bind("SELECT v.a, b FROM (VALUES (1, 2)) AS v(a, b)").ok());
    CHECK(fixture.bind("SELECT col0 FROM (VALUES (1, 2))").ok());
}

TEST_CASE("lambda parameters and comprehension variables are names of their own") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT list_transform([1, 2], x -> x + price) FROM trades").ok());
    CHECK(fixture.bind("SELECT list_transform([1, 2], lambda x: x + y) FROM trades")
              .only_finding()
              .starts_with("L208 at `y`"));
    CHECK(fixture.bind("SELECT [x + 1 FOR x IN [1, 2] IF x > 1] FROM trades").ok());
}

TEST_CASE("table functions and struct columns are left to the engine") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT r.range FROM range(3) r").ok());
    CHECK(fixture.bind("SELECT anything FROM range(3)").ok());
    CHECK(fixture.bind("SELECT limits.daily FROM accounts").ok());
    CHECK(fixture.bind("SELECT a.limits.daily FROM accounts a").ok());
    CHECK(fixture.bind("SELECT trades FROM trades").ok());
    CHECK(fixture.bind("SELECT CURRENT_DATE, current_user FROM trades").ok());
}

TEST_CASE("views are inlined, with their column names") {
    QueryFixture fixture;
    fixture.create_view("CREATE VIEW prices(s, p) AS SELECT symbol, price FROM trades");
    fixture.create_view("CREATE VIEW high AS SELECT s, p FROM prices WHERE p > 10");
    auto bound = fixture.bind("SELECT high.p FROM high");
    CHECK(bound.sql() ==
          "SELECT high.p FROM (SELECT s, p FROM (SELECT symbol, price FROM @0 AS trades) AS prices(s, p) WHERE p > "
          "10) AS "
          "high");
    CHECK(bound.query->dependencies == std::vector<std::string>{"high"});
    CHECK(fixture.bind("WITH trades AS (SELECT 1 AS x) SELECT p, x FROM prices, trades").ok());
}

TEST_CASE("problems inside views are reported where the view is used") {
    QueryFixture fixture;
    fixture.create_view("CREATE VIEW broken AS SELECT nothing FROM trades");
    fixture.create_view("CREATE VIEW a AS SELECT * FROM b");
    fixture.create_view("CREATE VIEW b AS SELECT * FROM a");
    CHECK(fixture.bind("SELECT 1 FROM broken")
              .only_finding()
              .starts_with("L208 at `broken`: in view \"broken\": no column is named \"nothing\""));
    CHECK(fixture.bind("SELECT * FROM a").only_finding() ==
          "L209 at `a`: in view \"a\": in view \"b\": view \"a\" reads itself");
}

TEST_CASE("columns are named after what the user wrote") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT (SELECT max(owner) FROM accounts) FROM trades").sql() ==
          "SELECT (SELECT max(owner) FROM @1 AS accounts) AS \"(SELECT max(owner) FROM accounts)\" FROM @0 AS trades");
    CHECK(fixture.bind("SELECT current_timestamp, current_user FROM trades").sql() ==
          "SELECT CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP) AS current_timestamp, current_user() AS current_user "
          "FROM @0 "
          "AS trades");
}
