#include <doctest/doctest.h>

#include "query_fixture.h"

using laminar::test::QueryFixture;

namespace {
std::string types(std::string_view sql, std::size_t input = 0) {
    QueryFixture fixture;
    auto bound = fixture.bind(sql);
    if (!bound.ok()) return bound.sql();
    return bound.columns(input);
}
}  // namespace

TEST_CASE("a connection carries what the query names, typed by use") {
    CHECK(types("SELECT avg(x), y * 2 FROM feed") == "x DOUBLE, y DOUBLE");
    CHECK(types("SELECT 1 FROM feed WHERE a = 'x' AND b LIKE 'y%' AND c IN ('p', 'q') AND 'z' = d") ==
          "a VARCHAR, b VARCHAR, c VARCHAR, d VARCHAR");
    CHECK(types("SELECT 1 FROM feed WHERE a > 5 OR 1.5 <= b OR c BETWEEN 1 AND 2") == "a DOUBLE, b DOUBLE, c DOUBLE");
    CHECK(types("SELECT date_trunc('day', a), EXTRACT(EPOCH FROM (b - c)), d - INTERVAL '1 hour' FROM feed WHERE e > "
                "NOW()") == "a TIMESTAMP, b TIMESTAMP, c TIMESTAMP, d TIMESTAMP, e TIMESTAMP");
    CHECK(types("SELECT a -> '$.x', b ->> 'y', json_extract(c, '$') FROM feed") == "a JSON, b JSON, c JSON");
    CHECK(types("SELECT 1 FROM feed WHERE a AND NOT b AND c IS TRUE") == "a BOOLEAN, b BOOLEAN, c BOOLEAN");
    CHECK(types("SELECT upper(a), b || 'x', CASE WHEN c THEN d ELSE 'no' END FROM feed") ==
          "a VARCHAR, b VARCHAR, c BOOLEAN, d VARCHAR");
    CHECK(types("SELECT a, CAST(b AS INTEGER), min(c), first(d) FROM feed GROUP BY a, b") == "a ?, b ?, c ?, d ?");
    CHECK(types("SELECT -a, sum(coalesce(b, 0)), sum(max(c)) OVER () FROM feed") == "a DOUBLE, b DOUBLE, c DOUBLE");
    CHECK(types("SELECT 1 FROM feed f JOIN trades t ON f.s = t.symbol AND f.q = t.quantity AND f.w > t.traded_at", 0) ==
          "s VARCHAR, q BIGINT, w TIMESTAMP");
    CHECK(types("SELECT 1 FROM feed WHERE a IN (SELECT symbol FROM accounts)") == "a VARCHAR");
    CHECK(types("SELECT TUMBLE(ts, INTERVAL '1 minute') FROM feed WHERE ts > '2024-01-01'") == "ts TIMESTAMP");
    CHECK(types("SELECT count(*) FILTER (WHERE ok), sum(v) OVER (ORDER BY t RANGE INTERVAL '1 hour' PRECEDING) FROM "
                "feed") == "ok BOOLEAN, v DOUBLE, t TIMESTAMP");
    CHECK(types("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM feed") == "x DOUBLE");
}

TEST_CASE("undecided types are named in one note") {
    QueryFixture fixture;
    auto bound = fixture.bind(
        "SELECT symbol, price, volume, AVG(price) OVER (PARTITION BY symbol ORDER BY timestamp ROWS BETWEEN 99 "
        "PRECEDING "
        "AND CURRENT ROW) AS moving_avg_100, timestamp FROM feed WHERE symbol IN ('AAPL', 'GOOGL')");
    CHECK(bound.columns() == "symbol VARCHAR, price DOUBLE, volume ?, timestamp ?");
    CHECK(
        bound.only_finding() ==
        "L407 at `volume`: the types of \"volume\", \"timestamp\" of \"feed\" follow from the first messages | declare "
        "a table over \"feed\" to fix them");
    CHECK(bound.query->inputs[0].columns[0].span == laminar::SourceSpan{7, 13});
}

TEST_CASE("of conflicting uses the stronger decides and a note says so") {
    QueryFixture fixture;
    auto bound = fixture.bind("SELECT avg(x) FROM feed WHERE x = 'a'");
    CHECK(bound.columns() == "x DOUBLE");
    CHECK(
        bound.only_finding() ==
        "L407 at `x`: \"x\" is used as DOUBLE and as VARCHAR; it is read as DOUBLE | declare a table over \"feed\" to "
        "choose its type");
}

TEST_CASE("uses reach through derived tables, common tables and views") {
    CHECK(types("SELECT avg(p) FROM (SELECT price AS p FROM feed) d") == "price DOUBLE");
    CHECK(types("WITH c AS (SELECT price AS p, s FROM feed) SELECT 1 FROM c WHERE c.p > 3 AND s = 'a'") ==
          "price DOUBLE, s VARCHAR");
    CHECK(types("WITH c(a, b) AS (SELECT price, s FROM feed) SELECT avg(b) FROM c") == "price ?, s DOUBLE");
    CHECK(types("SELECT upper(x) FROM (SELECT a AS x FROM feed UNION ALL SELECT b FROM other_feed) d", 1) ==
          "b VARCHAR");
    CHECK(types("SELECT max(price) + 1 FROM feed") == "price DOUBLE");
    QueryFixture fixture;
    fixture.create_view("CREATE VIEW v AS SELECT price AS p FROM feed");
    CHECK(fixture.bind("SELECT avg(p) FROM v").columns() == "price DOUBLE");
}

TEST_CASE("SELECT * of a connection asks for all fields") {
    QueryFixture fixture;
    auto bound = fixture.bind("SELECT * FROM feed WHERE IS_VALID_JSON(message)");
    REQUIRE(bound.ok());
    CHECK(bound.query->inputs[0].all_fields);
    CHECK(bound.columns() == "message VARCHAR");
    CHECK(bound.sql() == "SELECT * EXCLUDE (feed.message) FROM @0 AS feed WHERE laminar_valid_json(message)");
}

TEST_CASE("names pass through stars over connections") {
    QueryFixture fixture;
    auto bound = fixture.bind("SELECT avg(price) FROM (SELECT * FROM feed) d WHERE symbol = 'a'");
    CHECK(bound.columns() == "price DOUBLE, symbol VARCHAR");
    CHECK_FALSE(bound.query->inputs[0].all_fields);
    CHECK(bound.sql() ==
          "SELECT avg(price) FROM (SELECT feed.price, feed.symbol FROM @0 AS feed) AS d WHERE symbol = 'a'");
    CHECK(fixture.bind("SELECT count(*) FROM (SELECT * FROM feed) d").sql() ==
          "SELECT count(*) FROM (SELECT 1 FROM @0 AS feed) AS d");
    CHECK(fixture.bind("SELECT count(*) FROM (SELECT * FROM feed) d").columns() == "received_at TIMESTAMP");
    CHECK(fixture.bind("WITH a AS (SELECT *, 1 AS k FROM feed), b AS (SELECT * FROM a) SELECT k, x FROM b").sql() ==
          "WITH a AS (SELECT feed.x, 1 AS k FROM @0 AS feed), b AS (SELECT a.k, a.x FROM a AS a) SELECT k, x FROM b AS "
          "b");
    CHECK(fixture.bind("SELECT DISTINCT x FROM (SELECT DISTINCT * FROM feed) d").query->inputs[0].all_fields);
    auto metadata = fixture.bind("SELECT *, message_id FROM (SELECT * FROM feed WHERE received_at > NOW()) d");
    CHECK(metadata.query->inputs[0].all_fields);
    CHECK(
        metadata.sql().starts_with("SELECT * EXCLUDE (d.message_id), message_id FROM (SELECT * EXCLUDE "
                                   "(feed.received_at) FROM @0 AS feed WHERE"));
}

TEST_CASE("a view over several connections matches fields by name") {
    QueryFixture fixture;
    fixture.create_view(
        "CREATE VIEW pool AS SELECT *, 'server1' AS source FROM feed UNION ALL SELECT *, 'server2' AS source FROM "
        "other_feed");
    auto all = fixture.bind("SELECT * FROM pool");
    REQUIRE(all.ok());
    CHECK(all.query->inputs[0].all_fields);
    CHECK(all.query->inputs[1].all_fields);
    CHECK(all.sql().find("UNION ALL BY NAME") != std::string::npos);
    auto some = fixture.bind("SELECT source, avg(price) FROM pool WHERE symbol = 'a' GROUP BY source");
    CHECK(some.columns(0) == "price DOUBLE, symbol VARCHAR");
    CHECK(some.columns(1) == "price DOUBLE, symbol VARCHAR");
    CHECK_FALSE(some.query->inputs[0].all_fields);
}

TEST_CASE("names that several open relations may have must be qualified") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT x FROM feed a, other_feed b").only_finding() ==
          "L405 at `x`: column \"x\" could belong to \"a\" or \"b\" | say which one is meant: a.x");
    CHECK(fixture.bind("SELECT a.x, b.x FROM feed a JOIN other_feed b USING (id) WHERE id > 1").columns(1) ==
          "id DOUBLE, x ?");
    CHECK(fixture.bind("SELECT symbol, price, owner FROM accounts, feed").columns(1) == "price ?");
}

TEST_CASE("an unknown name in a subquery over known tables goes outward to an open connection") {
    QueryFixture fixture;
    auto bound = fixture.bind("SELECT 1 FROM feed WHERE EXISTS (SELECT 1 FROM accounts WHERE owner = customer)");
    CHECK(bound.columns(0) == "customer VARCHAR");
    auto inner = fixture.bind("SELECT 1 FROM trades WHERE price > (SELECT avg(price) FROM feed)");
    CHECK(inner.columns(1) == "price DOUBLE");
    CHECK(fixture.bind("SELECT 1 FROM feed, (SELECT nothing FROM accounts) d")
              .only_finding()
              .starts_with("L208 at `nothing`"));
}

TEST_CASE("fields within fields become JSON extraction of the type their use tells") {
    QueryFixture fixture;
    auto bound =
        fixture.bind("SELECT data.user.name, avg(data.amount) FROM feed WHERE data.kind = 'x' GROUP BY data.user.name");
    CHECK(bound.columns() == "data JSON");
    CHECK(bound.sql() ==
          "SELECT json_extract(data, '$.\"user\".\"name\"') AS name, avg(CAST(json_extract_string(data, "
          "'$.\"amount\"') AS DOUBLE)) AS \"avg(data.amount)\" FROM @0 AS feed WHERE json_extract_string(data, "
          "'$.\"kind\"') = 'x' GROUP BY "
          "json_extract(data, '$.\"user\".\"name\"')");
    CHECK(fixture.bind("SELECT avg(data.amount) FROM feed").sql() ==
          "SELECT avg(CAST(json_extract_string(data, '$.\"amount\"') AS DOUBLE)) AS \"avg(data.amount)\" FROM @0 AS "
          "feed");
    CHECK(fixture.bind("SELECT f.data.x FROM feed f").sql() ==
          "SELECT json_extract(f.data, '$.\"x\"') AS x FROM @0 AS f");
}

TEST_CASE("arrays of messages can be unnested") {
    QueryFixture fixture;
    auto bound = fixture.bind("SELECT i.item, symbol FROM feed, UNNEST(items) AS i(item)");
    CHECK(bound.columns() == "items JSON, symbol ?");
    CHECK(bound.sql() == "SELECT i.item, feed.symbol FROM @0 AS feed, UNNEST(CAST(items AS JSON[])) AS i(item)");
    CHECK(fixture.bind("SELECT UNNEST(data.items) AS item FROM feed").sql() ==
          "SELECT UNNEST(CAST(json_extract(data, '$.\"items\"') AS JSON[])) AS item FROM @0 AS feed");
}

TEST_CASE("a recursive table over a connection stays positional") {
    QueryFixture fixture;
    auto bound = fixture.bind("WITH RECURSIVE r AS (SELECT * FROM feed UNION ALL SELECT * FROM r) SELECT x FROM r");
    REQUIRE(bound.ok());
    CHECK(bound.sql().find("BY NAME") == std::string::npos);
}

TEST_CASE("in WHERE a field that messages may have wins over an alias, elsewhere the alias does") {
    CHECK(types("SELECT 'echo' AS kind, n + 1 AS n FROM feed WHERE kind = 'ask'") == "n DOUBLE, kind VARCHAR");
    CHECK(types("SELECT upper(kind) AS label FROM feed GROUP BY label") == "kind VARCHAR");
}
