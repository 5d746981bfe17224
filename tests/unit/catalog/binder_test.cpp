#include "catalog/bind/binder.h"

#include <doctest/doctest.h>

#include "binder_fixture.h"
#include "connectors/websocket/options/facts.h"

namespace laminar::test {
namespace {

constexpr std::string_view feed =
    "CREATE CONNECTION feed TO websocket (endpoint = 'wss://h/x', mode = 'client', format = 'json');";
constexpr std::string_view trades =
    "CREATE TABLE trades (symbol TEXT, price DOUBLE, ts TIMESTAMP) WITH (connector = 'feed');";

std::string with_feed(std::string_view sql) { return std::string(feed) + std::string(sql); }
std::string with_trades(std::string_view sql) { return with_feed(std::string(trades) + std::string(sql)); }

TEST_CASE("connections") {
    BinderFixture fixture;
    fixture.good(feed);
    CHECK(fixture.object<ConnectionObject>("FEED").connector->name == "websocket");
    CHECK(fixture.finding("CREATE CONNECTION x TO websockt ()") ==
          "L205 at `websockt`: no connector \"websockt\" exists (did you mean \"websocket\"?)");
    CHECK(fixture.finding(feed) ==
          "L201 at `feed`: connection \"feed\" exists already (use CREATE OR REPLACE CONNECTION or CREATE CONNECTION "
          "IF NOT "
          "EXISTS; it is defined in test.sql:1)");
    const auto skipped = fixture.good("CREATE CONNECTION IF NOT EXISTS feed TO stdout ()");
    CHECK(std::get<BoundCreate>(skipped.node).skipped);
    CHECK(fixture.object<ConnectionObject>("feed").connector->name == "websocket");
    const auto replaced = fixture.good("CREATE OR REPLACE CONNECTION Feed TO generator (max_rows = 5)");
    CHECK(std::get<BoundCreate>(replaced.node).replaces);
    CHECK(fixture.object<ConnectionObject>("feed").connector->name == "generator");
    fixture.good("CREATE TABLE ticks WITH (connector = 'feed')");
    CHECK(fixture.finding("CREATE OR REPLACE CONNECTION feed TO stdout ()").starts_with("L204 at `feed`: "));
    CHECK(fixture.finding("CREATE VIEW feed AS SELECT 1 AS a")
              .starts_with("L201 at `feed`: \"Feed\" exists already, as a connection"));
}

TEST_CASE("ALTER CONNECTION merges options and checks the whole") {
    BinderFixture fixture;
    fixture.good(feed);
    const auto bound = fixture.good("ALTER CONNECTION feed SET (buffer_size = 7, endpoint = 'wss://other')");
    CHECK(std::get<BoundAlterConnection>(bound.node).changed == std::vector<std::string>{"endpoint", "buffer_size"});
    const auto& statement = std::get<ast::CreateConnection>(fixture.object<ConnectionObject>("feed").statement.node);
    CHECK(statement.options.size() == 4);
    fixture.good("ALTER CONNECTION feed SET (buffer_size = NULL)");
    CHECK(std::get<ast::CreateConnection>(fixture.object<ConnectionObject>("feed").statement.node).options.size() == 3);
    CHECK(fixture.finding("ALTER CONNECTION feed SET (endpoint = NULL)").starts_with("L303 at `feed`: "));
    CHECK(fixture.finding("ALTER CONNECTION feed SET (port = 1)").starts_with("L307 at `port`: "));
    CHECK(fixture.finding("ALTER CONNECTION feed SET (buffer_size = 1, buffer_size = 2)")
              .starts_with("L302 at `buffer_size`: "));
    CHECK(fixture.finding("ALTER CONNECTION fed SET (buffer_size = 1)") ==
          "L202 at `fed`: no connection \"fed\" exists (did you mean \"feed\"?)");
}

TEST_CASE("ALTER CONNECTION leaves what its users were made for") {
    BinderFixture fixture;
    fixture.good(feed);
    fixture.good("ALTER CONNECTION feed SET (format = 'text')");
    fixture.good("ALTER CONNECTION feed SET (format = 'json')");
    fixture.good("CREATE TABLE trades (n INT) WITH (connector = 'feed')");
    CHECK(fixture.finding("ALTER CONNECTION feed SET (format = 'text')") ==
          "L204 at `feed`: option \"format\" of connection \"feed\" cannot change: table \"trades\" uses it (drop "
          "\"trades\" first)");
    CHECK(fixture.finding("ALTER CONNECTION feed SET (message_id_field = 'id')").starts_with("L204 at `feed`: "));
    fixture.good("ALTER CONNECTION feed SET (buffer_size = 5)");
}

TEST_CASE("tables on connections") {
    BinderFixture fixture;
    fixture.good(with_trades(""));
    CHECK(fixture.object<TableObject>("trades").dependencies == std::vector<std::string>{"feed"});
    CHECK(fixture.finding("CREATE TABLE t (a INT) WITH (connector = 'fed')") ==
          "L202 at `'fed'`: no connection \"fed\" exists (did you mean \"feed\"?)");
    CHECK(fixture.finding("CREATE TABLE t (a INT) WITH (connector = 'websockt')") ==
          "L202 at `'websockt'`: no connection \"websockt\" exists (did you mean \"websocket\"?)");
    CHECK(fixture.finding("ALTER CONNECTION websocket SET (reconnect = false)") ==
          "L202 at `websocket`: no connection \"websocket\" exists (\"websocket\" is a connector; create a connection "
          "first: CREATE CONNECTION name TO websocket (...))");
    CHECK(fixture.finding("CREATE TABLE t (a INT) WITH (connector = 'trades')") ==
          "L203 at `'trades'`: \"trades\" is a table, not a connection");
    CHECK(fixture.finding("CREATE TABLE t (a INT) WITH (retention = INTERVAL '1 hour')")
              .starts_with("L303 at `retention`: "));
    CHECK(fixture.finding("CREATE TABLE t (a INT) WITH (connector = 'feed', retention = '1 hour')") ==
          "L304 at `'1 hour'`: option \"retention\" must be an interval, not a string (write retention = INTERVAL '1 "
          "hour')");
}

TEST_CASE("columns") {
    BinderFixture fixture;
    fixture.good(feed);
    CHECK(fixture.finding("CREATE TABLE t (a INT, b TEXT, A INT)") == "L207 at `A`: column \"A\" is declared twice");
    CHECK(fixture.finding("CREATE TABLE t (a INTT)") ==
          "L206 at `INTT`: type \"INTT\" does not exist (did you mean \"INT\"?)");
    CHECK(fixture.finding("CREATE TABLE t (a INT, PRIMARY KEY (b))") == "L208 at `b`: table \"t\" has no column \"b\"");
    CHECK(fixture.finding("CREATE TABLE t (a INT PRIMARY KEY, b INT PRIMARY KEY)")
              .starts_with("L213 at `b`: a table has one primary key"));
    CHECK(fixture.finding("CREATE TABLE t (a INT, WATERMARK FOR a) WITH (connector = 'feed')") ==
          "L402 at `a`: column \"a\" is INTEGER, but the column of a watermark must be a TIMESTAMP");
    CHECK(fixture.finding("CREATE TABLE t (a INT, WATERMARK FOR b) WITH (connector = 'feed')")
              .starts_with("L208 at `b`: "));
    CHECK(fixture.finding("CREATE TABLE t (a TIMESTAMP, WATERMARK FOR a)").starts_with("L213 at `WATERMARK FOR a`: "));
    fixture.good(
        "CREATE TABLE w1 (a TIMESTAMP, WATERMARK FOR a AS a - INTERVAL '5 seconds') WITH (connector = 'feed')");
    fixture.good("CREATE TABLE w2 (a INT, WATERMARK FOR received_at) WITH (connector = 'feed')");
    CHECK(fixture.finding("CREATE TABLE t (a INT) WITH (connector = 'feed', event_time_field = 'a')")
              .starts_with("L402 at `'a'`: "));
    CHECK(fixture.finding("CREATE TABLE t ()").find('L') != std::string::npos);
    CHECK(
        fixture.finding("CREATE TABLE t WITH (connector = NULL)").starts_with("L213 at `t`: table \"t\" has neither"));
    fixture.good("CREATE TABLE j (a TEXT WITH (json_path = '$.x.y[0]'), \"u.name\" TEXT) WITH (connector = 'feed')");
    CHECK(fixture.object<TableObject>("j").columns[0].json_path == std::vector<std::string>{"x", "y", "0"});
    // By its name, which may be a path: the message decides.
    CHECK(fixture.object<TableObject>("j").columns[1].json_path.empty());
    CHECK(fixture.finding("CREATE TABLE t (a TEXT WITH (json_path = 'x'))").starts_with("L307 at `json_path`: "));
}

TEST_CASE("metadata fills columns of its names and types") {
    BinderFixture fixture;
    fixture.good(
        with_feed("CREATE TABLE t (client_id TEXT, message_id BIGINT, data JSON, received_at TIMESTAMP DEFAULT NOW(), "
                  "size INT, message TEXT) WITH (connector = 'feed')"));
    const auto& columns = fixture.object<TableObject>("t").columns;
    CHECK(columns[0].metadata == WebSocketMetadata::client_id);
    CHECK_FALSE(columns[1].metadata);
    CHECK_FALSE(columns[2].metadata);
    CHECK(columns[3].metadata == MetadataField::received_at);
    // These are fields of JSON messages.
    CHECK_FALSE(columns[4].metadata);
    CHECK_FALSE(columns[5].metadata);
    fixture.good(
        "CREATE TABLE u (client_id TEXT WITH (json_path = '$.client_id'), query_parameters JSON) "
        "WITH (connector = 'feed')");
    const auto& others = fixture.object<TableObject>("u").columns;
    CHECK_FALSE(others[0].metadata);
    CHECK(others[1].metadata == WebSocketMetadata::query_parameters);
}

TEST_CASE("the payload of text and binary messages has one column") {
    BinderFixture fixture;
    fixture.good(
        "CREATE CONNECTION lines TO websocket (endpoint = 'ws://h', mode = 'client', format = 'text');"
        "CREATE CONNECTION packets TO websocket (endpoint = 'ws://h', mode = 'client', format = 'binary');"
        "CREATE TABLE chat (message TEXT, received_at TIMESTAMP DEFAULT NOW()) WITH (connector = 'lines');"
        "CREATE TABLE chat2 (client_id TEXT, line TEXT) WITH (connector = 'lines');"
        "CREATE TABLE raw (data BYTEA, size INT, received_at TIMESTAMP DEFAULT NOW()) WITH (connector = 'packets')");
    CHECK(fixture.object<TableObject>("chat").columns[0].metadata == MetadataField::message);
    CHECK(fixture.object<TableObject>("chat2").columns[0].metadata == WebSocketMetadata::client_id);
    CHECK(fixture.object<TableObject>("chat2").columns[1].metadata == MetadataField::message);
    CHECK(fixture.object<TableObject>("raw").columns[0].metadata == MetadataField::data);
    // A table that is only written to may have whatever columns it likes.
    fixture.good("CREATE TABLE t (message TEXT, price DOUBLE) WITH (connector = 'lines')");
    fixture.good("INSERT INTO t VALUES ('a', 1); SELECT message FROM t; SELECT COUNT(*) AS n FROM t");
    const std::string unfilled =
        "nothing in a text message fills column \"price\" of table \"t\" (the payload goes to \"message\" or the first "
        "TEXT column)";
    CHECK(fixture.finding("SELECT message, price AS p FROM t WHERE price > 1") == "L503 at `price`: " + unfilled);
    CHECK(fixture.finding("CREATE VIEW v AS SELECT * FROM t") == "L503 at `t`: " + unfilled);
}

TEST_CASE("a generator has its own columns") {
    BinderFixture fixture;
    fixture.good("CREATE CONNECTION g TO generator (rows_per_second = 10); CREATE TABLE t WITH (connector = 'g')");
    REQUIRE(fixture.object<TableObject>("t").columns.size() == 2);
    CHECK(fixture.object<TableObject>("t").columns[0].name == "counter");
    CHECK(fixture.finding("CREATE TABLE u (countr BIGINT) WITH (connector = 'g')") ==
          "L208 at `countr`: connector \"generator\" has no field \"countr\" (did you mean \"counter\"?)");
    CHECK(fixture.finding("INSERT INTO t VALUES (1, NOW())")
              .starts_with("L211 at `t`: table \"t\" cannot be written to"));
}

TEST_CASE("sinks") {
    BinderFixture fixture;
    fixture.good(
        with_trades("CREATE TABLE stored (a TEXT, b DOUBLE); CREATE CONNECTION out TO stdout ();"
                    "CREATE TABLE printed WITH (connector = 'out');"
                    "CREATE TABLE broken (error_type TEXT) WITH (connector = 'feed', stream = 'errors');"
                    "CREATE CONNECTION replay TO file (path = 'x.json');"
                    "CREATE TABLE replayed (a TEXT) WITH (connector = 'replay')"));
    CHECK(fixture.finding("CREATE PIPELINE p AS INSERT INTO chat_outgoing SELECT symbol FROM trades") ==
          "L202 at `chat_outgoing`: no table \"chat_outgoing\" exists");
    CHECK(fixture.finding("INSERT INTO broken VALUES ('x')").starts_with("L211 at `broken`: "));
    CHECK(fixture.finding("INSERT INTO replayed VALUES ('x')") ==
          "L211 at `replayed`: table \"replayed\" cannot be written to: its connection \"replay\" (file) only delivers "
          "rows (set "
          "mode = 'sink' on the connection)");
    CHECK(fixture.finding("INSERT INTO feed VALUES ('x')").starts_with("L211 at `feed`: \"feed\" is a connection"));
    CHECK(fixture.finding("INSERT INTO stored VALUES ('x')")
              .starts_with("L210 at `stored`: table \"stored\" takes 2 values here, but the query has 1"));
    CHECK(fixture.finding("INSERT INTO stored (a, c) VALUES ('x', 1)") ==
          "L208 at `c`: table \"stored\" has no column \"c\"");
    CHECK(fixture.finding("INSERT INTO stored (a, a) VALUES ('x', 'y')") ==
          "L207 at `a`: column \"a\" is listed twice");
    CHECK(
        fixture.finding("CREATE PIPELINE p AS INSERT INTO stored SELECT price AS b, symbol AS a FROM trades") ==
        "L502 at `stored`: values go to columns by position, and these have the same names in another order (list the "
        "columns: (b, a))");
    CHECK(fixture.finding("INSERT INTO stored SELECT 'x' AS q, CAST(symbol AS INT[]) AS r FROM trades") ==
          "L402 at `CAST(symbol AS INT[])`: \"r\" is INTEGER[], which cannot be stored in column \"b\" of type DOUBLE");
    fixture.good("INSERT INTO stored (b) VALUES (1)");
    fixture.good("CREATE PIPELINE q AS INSERT INTO printed SELECT symbol, price FROM trades");
    CHECK(fixture.object<PipelineObject>("q").sink == "printed");
    CHECK(fixture.finding("CREATE PIPELINE r AS SELECT a FROM stored").starts_with("L212 at "));
    CHECK(fixture.finding("INSERT INTO stored SELECT symbol, price FROM feed").starts_with("L406 at `feed`: "));
}

TEST_CASE("dropping what is in use") {
    BinderFixture fixture;
    fixture.good(with_trades("CREATE VIEW v AS SELECT symbol FROM trades; CREATE PIPELINE p AS SELECT symbol FROM v;"));
    CHECK(fixture.finding("DROP CONNECTION feed") ==
          "L204 at `feed`: connection \"feed\" is used by table \"trades\" (drop them first, or add CASCADE to drop "
          "them too)");
    CHECK(fixture.finding("DROP VIEW v").starts_with("L204 at `v`: view \"v\" is used by pipeline \"p\""));
    CHECK(fixture.finding("DROP TABLE feed") == "L203 at `feed`: \"feed\" is a connection, not a table");
    CHECK(fixture.finding("DROP TABLE trade") ==
          "L202 at `trade`: no table \"trade\" exists (did you mean \"trades\"?)");
    CHECK(std::get<BoundDrop>(fixture.good("DROP TABLE IF EXISTS trade").node).targets.empty());
    const auto bound = std::get<BoundDrop>(fixture.good("DROP CONNECTION feed CASCADE").node);
    std::vector<std::string> names;
    for (const auto& target : bound.targets) names.push_back(target.name);
    CHECK(names == std::vector<std::string>{"p", "v", "trades", "feed"});
    CHECK(fixture.catalog.relation_names().empty());
}

TEST_CASE("views and replacement") {
    BinderFixture fixture;
    fixture.good(
        with_trades("CREATE VIEW a AS SELECT symbol, price FROM trades; CREATE VIEW b AS SELECT symbol FROM a;"));
    CHECK(fixture.finding("CREATE OR REPLACE VIEW a AS SELECT symbol FROM a")
              .starts_with("L209 at `a`: view \"a\" would read itself"));
    CHECK(fixture.finding("CREATE OR REPLACE VIEW a AS SELECT symbol FROM b").starts_with("L209 at "));
    CHECK(fixture.finding("CREATE VIEW c (x, y) AS SELECT symbol FROM trades")
              .starts_with("L210 at `x, y`: 2 columns are named"));
    CHECK(fixture.finding("CREATE OR REPLACE VIEW a AS SELECT price FROM trades").starts_with("L204 at `a`: "));
    fixture.good("CREATE OR REPLACE VIEW a AS SELECT symbol FROM trades");
    fixture.good("CREATE PIPELINE p AS SELECT symbol FROM b");
    CHECK(fixture.finding("CREATE OR REPLACE VIEW a AS SELECT symbol, ts FROM trades") ==
          "L204 at `a`: view \"a\" cannot be replaced: pipeline \"p\" runs with its present definition (DROP PIPELINE "
          "p first, "
          "and create it again afterwards)");
}

TEST_CASE("functions") {
    BinderFixture fixture;
    fixture.good("CREATE FUNCTION twice(x) AS x * 2");
    CHECK(fixture.checker.declared == std::vector<std::string>{"twice"});
    CHECK(fixture.finding("CREATE FUNCTION upper(x) AS x").starts_with("L201 at `upper`: a built-in function"));
    CHECK(fixture.finding("CREATE FUNCTION f(x, X) AS x").starts_with("L207 at `X`: "));
    fixture.good("CREATE FUNCTION four(x) AS twice(twice(x))");
    CHECK(fixture.finding("DROP FUNCTION twice")
              .starts_with("L204 at `twice`: function \"twice\" is used by function \"four\""));
    CHECK(fixture.finding("CREATE OR REPLACE FUNCTION twice(x) AS four(x)").starts_with("L209 at "));
    CHECK(fixture.finding("EXPLAIN CREATE FUNCTION other(x) AS x").starts_with("L601 at "));
    CHECK(fixture.checker.declared == std::vector<std::string>{"twice", "four"});
    fixture.good("DROP FUNCTION twice CASCADE");
    CHECK(fixture.checker.declared.empty());
}

TEST_CASE("commands") {
    BinderFixture fixture;
    fixture.good(with_trades("CREATE PIPELINE p AS SELECT symbol FROM trades; CREATE TABLE stored (a INT)"));
    const auto wait = std::get<BoundWaitFor>(fixture.good("WAIT FOR trades COUNT 5 TIMEOUT INTERVAL '2 seconds'").node);
    CHECK(wait.count == 5);
    CHECK(wait.timeout == std::chrono::seconds(2));
    CHECK(fixture.finding("WAIT FOR trade") ==
          "L202 at `trade`: no connection, table or pipeline \"trade\" exists (did you mean \"trades\"?)");
    CHECK(fixture.finding("WAIT FOR feed COUNT 3").starts_with("L203 at `feed`: "));
    CHECK(std::get<BoundPauseResume>(fixture.good("PAUSE PIPELINE P").node).name == "p");
    CHECK(fixture.finding("PAUSE PIPELINE trades") == "L203 at `trades`: \"trades\" is a table, not a pipeline");
    CHECK(fixture.finding("SUBSCRIBE TO stored").starts_with("L212 at `stored`: "));
    CHECK(std::get<BoundSubscribe>(fixture.good("SUBSCRIBE TO trades").node).name == "trades");
    CHECK(std::get<BoundDescribe>(fixture.good("DESCRIBE CONNECTOR WebSocket").node).name == "websocket");
    CHECK(fixture.finding("DESCRIBE CONNECTOR pulsar").starts_with("L205 at `pulsar`: "));
    CHECK(std::get<BoundDescribe>(fixture.good("DESCRIBE trades").node).query);
    CHECK_FALSE(std::get<BoundDescribe>(fixture.good("DESCRIBE feed").node).query);
    CHECK(fixture.finding("DESCRIBE websocket") ==
          "L202 at `websocket`: no connection, table, view or pipeline \"websocket\" "
          "exists (it is a connector: DESCRIBE CONNECTOR websocket)");
    CHECK(std::get<BoundShowCreate>(fixture.good("SHOW CREATE TABLE TRADES").node).name == "trades");
    CHECK(fixture.finding("SET memry_limit = '1GB'") ==
          "L312 at `memry_limit`: no setting \"memry_limit\" exists (did you mean \"memory_limit\"?)");
    CHECK(fixture.finding("SET threads = 'four'").starts_with("L304 at `'four'`: "));
    CHECK(std::get<std::int64_t>(std::get<BoundSet>(fixture.good("SET threads = 4").node).value) == 4);
    CHECK(
        std::holds_alternative<std::shared_ptr<BoundExplain>>(fixture.good("EXPLAIN SELECT symbol FROM trades").node));
}

}  // namespace
}  // namespace laminar::test
