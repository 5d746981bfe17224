#include <doctest/doctest.h>

#include "catalog/query/function_rewriter.h"
#include "parser/read/parser.h"
#include "parser/write/sql_writer.h"
#include "query_fixture.h"

using laminar::test::QueryFixture;

TEST_CASE("the current time is UTC without time zone") {
    QueryFixture fixture;
    const std::string now = "CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP)";
    CHECK(fixture.bind("SELECT 1 FROM trades WHERE traded_at > NOW() - INTERVAL '1 hour'").sql() ==
          "SELECT 1 FROM @0 AS trades WHERE traded_at > " + now + " - INTERVAL '1 hour'");
    CHECK(fixture.bind("SELECT CURRENT_TIMESTAMP AS t").sql() == "SELECT " + now + " AS t");
    CHECK(fixture.bind("SELECT NOW()").sql() == "SELECT " + now + " AS \"NOW()\"");
}

TEST_CASE("windows of time are aligned to the epoch and go on grouping") {
    QueryFixture fixture;
    const std::string start = "time_bucket(INTERVAL '5 minutes', traded_at, TIMESTAMP '1970-01-01 00:00:00')";
    const std::string window = "{'start': " + start + ", 'end': " + start + " + INTERVAL '5 minutes'}";
    auto bound = fixture.bind(
        "SELECT TUMBLE(traded_at, INTERVAL '5 minutes') AS window, count(*) FROM trades GROUP BY TUMBLE(traded_at, "
        "INTERVAL '5 minutes')");
    REQUIRE(bound.ok());
    CHECK(bound.query->uses_window_functions_of_time);
    CHECK(bound.sql() == "SELECT " + window + " AS \"window\", count(*) FROM @0 AS trades GROUP BY " + window);
    CHECK(fixture.bind("SELECT TUMBLE_START(traded_at, INTERVAL '5 minutes') AS s FROM trades").sql() ==
          "SELECT struct_extract(" + window + ", 'start') AS s FROM @0 AS trades");
    CHECK(fixture.bind("SELECT TUMBLE_END(traded_at, INTERVAL '5 minutes') AS e FROM trades").sql() ==
          "SELECT struct_extract(" + window + ", 'start') + INTERVAL '5 minutes' AS e FROM @0 AS trades");
    CHECK(fixture.bind("SELECT TUMBLE(INTERVAL '5 minutes') AS w FROM trades")
              .columns()
              .ends_with("received_at TIMESTAMP"));
    CHECK(fixture
              .bind("SELECT w.start, count(*) FROM (SELECT TUMBLE(traded_at, INTERVAL '1 minute') AS w FROM trades) d "
                    "GROUP BY w")
              .ok());
    CHECK(fixture.bind("SELECT HOP(traded_at, INTERVAL '1 minute', INTERVAL '5 minutes') AS h FROM trades").sql() ==
          "SELECT laminar_hop(traded_at, INTERVAL '1 minute', INTERVAL '5 minutes') AS h FROM @0 AS trades");
    CHECK(fixture.bind("SELECT TUMBLE(traded_at) FROM trades").only_finding() ==
          "L402 at `TUMBLE(traded_at)`: TUMBLE has the wrong number of arguments | write TUMBLE([time,] size [, "
          "offset]), "
          "such as TUMBLE(ts, INTERVAL '5 minutes')");
    CHECK(
        fixture.bind("SELECT TUMBLE(INTERVAL '1 minute') FROM trades a, trades b").only_finding().starts_with("L401"));
}

TEST_CASE("TEST_CONNECTION names a connection that exists") {
    QueryFixture fixture;
    auto bound = fixture.bind("SELECT test_connection('FEED')");
    REQUIRE(bound.ok());
    CHECK(bound.query->connection_tests == std::vector<std::string>{"feed"});
    CHECK(bound.sql() == "SELECT laminar_connection_test('feed') AS \"test_connection('FEED')\"");
    CHECK(fixture.bind("SELECT test_connection('fed')").only_finding() ==
          "L202 at `'fed'`: no connection is named \"fed\" | did you mean \"feed\"?");
    CHECK(fixture.bind("SELECT test_connection(1)").only_finding().starts_with("L402"));
}

TEST_CASE("ACKNOWLEDGE_MESSAGE knows where the message is from") {
    QueryFixture fixture;
    auto direct = fixture.bind("SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ack FROM feed");
    REQUIRE(direct.ok());
    CHECK(direct.query->calls_acknowledge);
    CHECK(direct.sql() == "SELECT laminar_acknowledge('feed', message_id) AS ack FROM @0 AS feed");
    CHECK(direct.columns() == "message_id VARCHAR");
    CHECK(fixture.bind("SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ack FROM trades").sql() ==
          "SELECT laminar_acknowledge('feed', message_id) AS ack FROM @0 AS trades");
    auto through = fixture.bind(
        "WITH p AS (SELECT *, upper(x) AS y FROM feed) SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ack "
        "FROM p WHERE y = 'A'");
    CHECK(through.sql() ==
          "WITH p AS (SELECT feed.message_id, upper(x) AS y FROM @0 AS feed) SELECT laminar_acknowledge('feed', "
          "message_id) "
          "AS ack FROM p AS p WHERE y = 'A'");
    auto pool = fixture.bind(
        "SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ack FROM (SELECT * FROM feed UNION ALL SELECT * "
        "FROM other_feed) d");
    CHECK(pool.sql().starts_with("SELECT laminar_acknowledge(connection_name, message_id) AS ack FROM (SELECT"));
    CHECK(fixture.bind("SELECT ACKNOWLEDGE_MESSAGE(owner) FROM accounts").only_finding().starts_with("L401"));
}

TEST_CASE("unknown functions are all reported, known ones recorded") {
    QueryFixture fixture;
    auto bound = fixture.bind("SELECT uper(symbol), process_message(price), TWICE(price) FROM trades");
    REQUIRE(bound.findings().size() == 2);
    CHECK(bound.findings()[0] == "L403 at `uper`: no function is named \"uper\" | did you mean \"upper\"?");
    CHECK(bound.findings()[1].starts_with("L403 at `process_message`: no function is named \"process_message\""));
    CHECK(fixture.checker.checked == 0);
    CHECK(fixture.bind("SELECT twice(price), Twice(1) FROM trades").query->function_dependencies ==
          std::vector<std::string>{"twice"});
}

TEST_CASE("an unknown function does not lead to further errors") {
    QueryFixture fixture;
    auto bound = fixture.bind(
        "WITH processed AS (SELECT *, process_message(data) as result FROM feed) SELECT "
        "ACKNOWLEDGE_MESSAGE(message_id) as "
        "ack FROM processed WHERE result.success = true");
    CHECK(bound.only_finding().starts_with("L403 at `process_message`"));
}

TEST_CASE("DEFAULT expressions are rewritten too") {
    laminar::Diagnostics diagnostics;
    const auto source =
        std::make_shared<const laminar::SourceText>("t", "SELECT CURRENT_TIMESTAMP, IS_VALID_JSON('{}')");
    auto script = laminar::parse_script(source, diagnostics);
    REQUIRE(script.statements.size() == 1);
    auto& query = *std::get<laminar::ast::SelectStatement>(script.statements.front().node).query;
    auto& items = std::get<laminar::ast::Select>(query.body.node).items;
    for (auto& item : items) laminar::rewrite_functions(item.value);
    CHECK(laminar::write_expression(items[0].value).text == "CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP)");
    CHECK(laminar::write_expression(items[1].value).text == "laminar_valid_json('{}')");
}
