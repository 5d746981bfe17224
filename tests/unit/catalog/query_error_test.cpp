#include <doctest/doctest.h>

#include "query_fixture.h"

using laminar::test::QueryFixture;

TEST_CASE("unknown relations are reported with a suggestion") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT 1 FROM trade").only_finding() ==
          "L404 at `trade`: no table, view, connection or pipeline is named \"trade\" | did you mean \"trades\"?");
    CHECK(fixture.bind("SELECT * FROM system.websocket_log").only_finding() ==
          "L404 at `system.websocket_log`: system table \"system.websocket_log\" does not exist | did you mean "
          "\"system.websocket_logs\"?");
    CHECK(fixture.bind("WITH latency AS (SELECT 1 AS x) SELECT * FROM latensy")
              .only_finding()
              .ends_with("did you mean \"latency\"?"));
    CHECK(fixture.bind("SELECT a.x, y, upper(z) FROM nothing a").findings().size() == 1);
}

TEST_CASE("unknown columns are all reported, at their own position") {
    QueryFixture fixture;
    auto bound = fixture.bind("SELECT prise, t.symbl FROM trades t WHERE nothing_like_it > 1");
    REQUIRE(bound.findings().size() == 3);
    CHECK(bound.findings()[0] == "L208 at `prise`: no column is named \"prise\" | did you mean \"price\"?");
    CHECK(bound.findings()[1] == "L208 at `symbl`: \"t\" has no column \"symbl\" | did you mean \"symbol\"?");
    CHECK(bound.findings()[2] == "L208 at `nothing_like_it`: no column is named \"nothing_like_it\"");
    CHECK(
        fixture.bind("SELECT hello").only_finding() ==
        "L208 at `hello`: no column is named \"hello\" | the query has no FROM; write text in single quotes: 'hello'");
    CHECK(fixture.bind("SELECT q.price FROM trades t").only_finding() ==
          "L208 at `q`: \"q.price\": no relation or column is named \"q\"");
}

TEST_CASE("columns of both sides of a join are ambiguous unless joined by name") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT symbol FROM trades t JOIN accounts a ON t.symbol = a.symbol").only_finding() ==
          "L405 at `symbol`: column \"symbol\" could belong to \"t\" or \"a\" | say which one is meant: t.symbol");
    CHECK(fixture.bind("SELECT symbol FROM trades JOIN accounts USING (symbol)").ok());
    CHECK(fixture.bind("SELECT symbol FROM trades SEMI JOIN accounts USING (symbol)").ok());
    CHECK(fixture.bind("SELECT 1 FROM trades JOIN accounts USING (price)").only_finding() ==
          "L208 at `price`: column \"price\" of USING is not on the right side of the join");
}

TEST_CASE("what has no rows to read is not a source") {
    QueryFixture fixture;
    CHECK(fixture.bind("SELECT * FROM sink").only_finding().starts_with("L212 at `sink`"));
    CHECK(fixture.bind("SELECT * FROM out").only_finding().starts_with("L212 at `out`"));
    CHECK(fixture.bind("SELECT *").only_finding().starts_with("L401 at `*`"));
    CHECK(fixture.bind("SELECT a FROM feed AS f(a, b)").only_finding().starts_with("L401"));
}

TEST_CASE("long chains do not exhaust the stack") {
    QueryFixture fixture;
    std::string sql = "SELECT 1 FROM trades WHERE price > 0";
    for (int index = 0; index < 2500; ++index) sql += " AND price <> " + std::to_string(index);
    CHECK(fixture.bind(sql).ok());
}
