#include <doctest/doctest.h>

#include "connectors/websocket/options/facts.h"
#include "query_fixture.h"

using laminar::test::QueryFixture;

TEST_CASE("a metadata column is carried only when it is named") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT symbol FROM trades").columns() ==
          "symbol VARCHAR, price DOUBLE, quantity BIGINT, traded_at TIMESTAMP");
    auto bound = fixture.bind("SELECT symbol FROM trades WHERE Received_At > processed_at ORDER BY client_id");
    REQUIRE(bound.ok());
    CHECK(bound.columns() ==
          "symbol VARCHAR, price DOUBLE, quantity BIGINT, traded_at TIMESTAMP, client_id VARCHAR, "
          "received_at TIMESTAMP, processed_at TIMESTAMP");
    CHECK(bound.query->inputs[0].columns[4].metadata == laminar::WebSocketMetadata::client_id);
    CHECK_FALSE(bound.query->inputs[0].columns[0].metadata.has_value());
}

TEST_CASE("stars leave metadata out") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT * FROM trades").sql() == "SELECT * FROM @0 AS trades");
    CHECK(fixture.bind("SELECT * FROM trades WHERE message_size > 3").sql() ==
          "SELECT * EXCLUDE (trades.message_size) FROM @0 AS trades WHERE message_size > 3");
    CHECK(fixture.bind("SELECT t.*, t.message_size FROM trades t").sql() ==
          "SELECT t.* EXCLUDE (t.message_size), t.message_size FROM @0 AS t");
    CHECK(fixture.bind("SELECT * FROM trades t JOIN accounts a USING (symbol) WHERE t.message_id = 'x'").sql() ==
          "SELECT * EXCLUDE (t.message_id) FROM @0 AS t JOIN @1 AS a USING (symbol) WHERE t.message_id = 'x'");
    CHECK(fixture.bind("SELECT COLUMNS(*) FROM trades WHERE message_size > 3").sql() ==
          "SELECT COLUMNS(* EXCLUDE (trades.message_size)) FROM @0 AS trades WHERE message_size > 3");
    CHECK(
        fixture.bind("SELECT COLUMNS('ed_at$') FROM trades WHERE received_at IS NOT NULL").sql() ==
        "SELECT COLUMNS(LAMBDA name: lower(name) NOT IN ('received_at') AND regexp_matches(name, 'ed_at$')) FROM @0 AS "
        "trades WHERE received_at IS NOT NULL");
    CHECK(fixture.bind("SELECT * EXCLUDE (received_at, price) FROM trades").sql() ==
          "SELECT * EXCLUDE (received_at, price) FROM @0 AS trades");
    CHECK(fixture.bind("SELECT * REPLACE (price * 2 AS price) FROM trades WHERE client_id = 'a'").sql() ==
          "SELECT * EXCLUDE (trades.client_id) REPLACE (price * 2 AS price) FROM @0 AS trades WHERE client_id = 'a'");
    CHECK(fixture.bind("SELECT count(*) FROM trades WHERE message_size > 3").sql() ==
          "SELECT count(*) FROM @0 AS trades WHERE message_size > 3");
}

TEST_CASE("metadata leaves a derived table only when it is selected") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT * FROM (SELECT * FROM trades WHERE message_size > 3) d").sql() ==
          "SELECT * FROM (SELECT * EXCLUDE (trades.message_size) FROM @0 AS trades WHERE message_size > 3) AS d");
    CHECK(fixture.bind("SELECT * FROM (SELECT symbol, received_at FROM trades) d").sql() ==
          "SELECT * FROM (SELECT symbol, received_at FROM @0 AS trades) AS d");
    CHECK(fixture.bind("SELECT received_at FROM (SELECT * FROM trades) d")
              .only_finding()
              .starts_with("L208 at `received_at`"));
}

TEST_CASE("include_metadata shows the metadata, and a declared column wins over it") {
    QueryFixture fixture;
    auto full = fixture.bind("SELECT * FROM full_trades WHERE message_size > 3");
    CHECK(full.sql() == "SELECT * FROM @0 AS full_trades WHERE message_size > 3");
    CHECK(full.columns().starts_with("symbol VARCHAR, message_id VARCHAR, connection_name VARCHAR"));
    auto own = fixture.bind("SELECT *, message FROM own WHERE received_at IS NOT NULL");
    CHECK(own.sql() == "SELECT *, message FROM @0 AS own WHERE received_at IS NOT NULL");
    CHECK(own.columns() == "message VARCHAR, received_at TIMESTAMP");
}

TEST_CASE("metadata of several relations must be told apart") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT received_at FROM trades t, trades u").only_finding() ==
          "L405 at `received_at`: column \"received_at\" could belong to \"t\" or \"u\" | say which one is meant: "
          "t.received_at");
    CHECK(fixture.bind("SELECT received_at FROM trades t, own").sql() ==
          "SELECT own.received_at FROM @0 AS t, @1 AS own");
    CHECK(fixture.bind("SELECT t.received_at, received_at FROM trades t, own").sql() ==
          "SELECT t.received_at, own.received_at FROM @0 AS t, @1 AS own");
    CHECK(fixture.bind("SELECT received_at FROM trades t, accounts").sql() ==
          "SELECT t.received_at FROM @0 AS t, @1 AS accounts");
}

TEST_CASE("NATURAL JOIN does not join on metadata") {
    QueryFixture fixture;
    CHECK(fixture
              .bind("SELECT t.message_id, u.message_id FROM trades t NATURAL JOIN (SELECT symbol, message_id FROM "
                    "trades) u")
              .sql() ==
          "SELECT t.message_id, u.message_id FROM @0 AS t JOIN (SELECT symbol, message_id FROM @1 AS trades) AS u "
          "USING (symbol)");
    CHECK(fixture.bind("SELECT 1 FROM trades NATURAL JOIN ticks").only_finding().starts_with("L401 at `ticks`"));
    CHECK(fixture.bind("SELECT 1 FROM trades NATURAL JOIN feed").only_finding().starts_with("L401 at `feed`"));
}

TEST_CASE("the message is the one column of text and binary connections") {
    QueryFixture fixture;
    auto lines = fixture.bind("SELECT * FROM lines WHERE message LIKE '%x%' AND received_at > NOW()");
    REQUIRE(lines.ok());
    CHECK(lines.columns() == "received_at TIMESTAMP, message VARCHAR");
    CHECK(lines.sql().starts_with("SELECT * EXCLUDE (lines.received_at) FROM @0 AS lines"));
    CHECK_FALSE(lines.query->inputs[0].all_fields);
    CHECK(fixture.bind("SELECT data FROM packets").columns() == "data BLOB");
    CHECK(fixture.bind("SELECT price FROM lines").only_finding().starts_with("L208 at `price`"));
}
