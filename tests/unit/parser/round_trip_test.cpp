// Text, parsed and written back, parses to the same statement: writing it again gives the same text.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "parser/diagnostic/diagnostic_renderer.h"
#include "parser/read/parser.h"
#include "parser/tokens/keywords.h"
#include "parser/write/sql_writer.h"

namespace laminar {
namespace {

struct Parsed {
    std::vector<ast::Statement> statements;
    std::string findings;
};

Parsed parse(const std::string& text) {
    const auto source = std::make_shared<const SourceText>("test.sql", text);
    Diagnostics diagnostics(source);
    Parsed parsed;
    parsed.statements = parse_script(source, diagnostics).statements;
    for (const Diagnostic& diagnostic : diagnostics.all()) parsed.findings += render_diagnostic(diagnostic);
    return parsed;
}

std::string write_all(const std::vector<ast::Statement>& statements) {
    std::string text;
    for (const ast::Statement& statement : statements) text += write_statement(statement) + ";\n";
    return text;
}

std::string duckdb_text(const ast::Statement& statement) {
    if (const auto* select = std::get_if<ast::SelectStatement>(&statement.node))
        return write_query(*select->query).text;
    return {};
}

void check_round_trip(const std::string& text) {
    CAPTURE(text);
    const Parsed first = parse(text);
    CHECK_MESSAGE(first.findings.empty(), first.findings);
    const std::string written = write_all(first.statements);
    const Parsed second = parse(written);
    CHECK_MESSAGE(second.findings.empty(), second.findings);
    CHECK(write_all(second.statements) == written);
    REQUIRE(second.statements.size() == first.statements.size());
    // What the engine is given does not depend on which of the two texts the user wrote.
    for (std::size_t i = 0; i < first.statements.size(); ++i) {
        const std::string engine_text = duckdb_text(first.statements[i]);
        CHECK(duckdb_text(second.statements[i]) == engine_text);
        if (engine_text.empty()) continue;
        const Parsed third = parse(engine_text);
        CHECK_MESSAGE(third.findings.empty(), third.findings);
        REQUIRE(third.statements.size() == 1);
        CHECK(duckdb_text(third.statements.front()) == engine_text);
    }
}

std::vector<std::filesystem::path> corpus() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(LAMINAR_SOURCE_DIR "/tests/spec")) {
        if (entry.path().extension() == ".sql") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

TEST_CASE("every SQL block of the specification parses and is written back") {
    const auto files = corpus();
    CHECK(files.size() == 26);
    for (const auto& path : files) {
        CAPTURE(path.filename().string());
        check_round_trip(read_file(path));
    }
}

TEST_CASE("queries of all kinds are written back") {
    for (const std::string& query : std::vector<std::string>{
#include "round_trip_queries.inc"
         }) {
        check_round_trip(query);
    }
}

TEST_CASE("statements of all kinds are written back") {
    for (const std::string& statement : std::vector<std::string>{
             "CREATE OR REPLACE CONNECTION c TO websocket (endpoint = 'wss://h/p?x=''1''', mode = client, n = -1)",
             "CREATE CONNECTION IF NOT EXISTS \"my conn\" TO generator (rows_per_second = 1.5, a = NULL, b = true)",
             "CREATE CONNECTION c TO websocket (h = MAP {'a': 'b', 'c': 'd'}, e = MAP {}, l = [1, 'x', [true]])",
             ("CREATE CONNECTION c TO websocket (s = JSON_OBJECT('a': 1, 'b': JSON_ARRAY(1, 2), 'c': ['x']), "
              "e = JSON_OBJECT(), l = [])"),
             ("CREATE CONNECTION c TO websocket (t = INTERVAL '5 seconds', u = INTERVAL '5' SECOND, v = INTERVAL 5 "
              "MINUTE)"),
             "CREATE CONNECTION c TO blackhole",
             "ALTER CONNECTION c SET (endpoint = 'ws://x', reconnect = false)",
             ("CREATE TABLE t (a INT NOT NULL, b TEXT DEFAULT 'x', c DECIMAL(18, 3), \"end\" TIMESTAMP WITH TIME ZONE, "
              "PRIMARY KEY (a, b), WATERMARK FOR \"end\" AS \"end\" - INTERVAL '5 seconds') WITH (connector = 'c')"),
             ("CREATE TABLE IF NOT EXISTS t (a BIGINT PRIMARY KEY, b JSON WITH (json_path = '$.a.b'), "
              "c DOUBLE DEFAULT 1 + 2 NOT NULL, d INT GENERATED ALWAYS AS (a + 1), e AS a.b + 1, w TIMESTAMP, "
              "WATERMARK FOR w)"),
             ("CREATE TABLE t (a STRUCT(x INT, \"b c\" TEXT[])[], m MAP(TEXT, INT), u UNION(i INT, t TEXT), "
              "e ENUM('a', 'it''s'), f DOUBLE PRECISION, g INT[3], h TIMESTAMP(3), i CHARACTER VARYING(20))"),
             "CREATE TABLE t WITH (connector = 'c', retention = INTERVAL '1 hour')",
             "CREATE TABLE t (a INT) WITH (accept = MAP {'$.a': EXISTS, '$.b': [STARTS_WITH('it''s'), 'EXISTS', -1, "
             "NULL]})",
             "CREATE TABLE t AS SELECT a, b FROM s WHERE a > 1 ORDER BY a",
             "CREATE VIEW v AS SELECT * FROM a UNION ALL SELECT * FROM b",
             "CREATE OR REPLACE VIEW v (x, y) AS SELECT 1, 2",
             "CREATE PIPELINE p AS SELECT a FROM b",
             "CREATE PIPELINE IF NOT EXISTS p WITH (batch_size = 10) AS INSERT INTO s (a, b) SELECT a, b FROM t",
             "CREATE FUNCTION f(a, b) AS a * 2 + b",
             "CREATE OR REPLACE FUNCTION f() AS CASE WHEN true THEN 1 END",
             "INSERT INTO t VALUES (1, 'a'), (2, NULL)",
             "INSERT INTO t (a, b) SELECT a, b FROM s LIMIT 5",
             "SUBSCRIBE TO t",
             "SUBSCRIBE TO (SELECT a FROM t WHERE a > 1)",
             "SUBSCRIBE TO SELECT a FROM t",
             "WAIT FOR t",
             "WAIT FOR t COUNT 10 TIMEOUT INTERVAL '5 seconds'",
             "WAIT FOR t TIMEOUT '10s' COUNT 3",
             "WAIT FOR read READ COUNT 3 TIMEOUT '10s'",
             "PAUSE PIPELINE p",
             "RESUME CONNECTION c",
             "DROP TABLE IF EXISTS a, b CASCADE",
             "DROP CONNECTION c",
             "DROP VIEW v",
             "DROP PIPELINE p",
             "DROP FUNCTION f",
             "SHOW CONNECTORS",
             "SHOW CONNECTIONS",
             "SHOW TABLES LIKE 'a''%'",
             "SHOW VIEWS",
             "SHOW PIPELINES",
             "SHOW FUNCTIONS",
             "SHOW SETTINGS",
             "SHOW CREATE TABLE t",
             "SHOW CREATE t",
             "DESCRIBE t",
             "DESCRIBE system.websocket_connections",
             "DESCRIBE CONNECTOR websocket",
             "DESCRIBE SELECT 1 AS a",
             "SET batch_size = 10",
             "SET mode = 'x'",
             "SET mode = fast",
             "EXPLAIN SELECT a FROM b",
             "EXPLAIN ANALYZE SELECT a FROM b",
             "EXPLAIN CREATE PIPELINE p AS SELECT a FROM b",
         }) {
        check_round_trip(statement);
    }
}

TEST_CASE("a definition is laid out for people") {
    const Parsed parsed = parse(
        "create table trades(symbol text not null,price double default 0,ts timestamp, primary key(symbol),"
        "watermark for ts as ts-interval '5 seconds')with(connector='feed',headers=map{'k':'${secret:s}'});"
        "create pipeline p as insert into out select symbol,avg(price) as mean from trades where price>0 "
        "group by symbol having count(*)>(select max(n) from limits where n>1)");
    REQUIRE_MESSAGE(parsed.findings.empty(), parsed.findings);
    CHECK(write_all(parsed.statements) ==
          "CREATE TABLE trades (\n"
          "    symbol TEXT NOT NULL,\n"
          "    price DOUBLE DEFAULT 0,\n"
          "    ts TIMESTAMP,\n"
          "    PRIMARY KEY (symbol),\n"
          "    WATERMARK FOR ts AS ts - INTERVAL '5 seconds'\n"
          ") WITH (\n"
          "    connector = 'feed',\n"
          "    headers = MAP {'k': '${secret:s}'}\n"
          ");\n"
          "CREATE PIPELINE p AS\n"
          "INSERT INTO out\n"
          "SELECT\n"
          "    symbol,\n"
          "    avg(price) AS mean\n"
          "FROM trades\n"
          "WHERE price > 0\n"
          "GROUP BY symbol\n"
          "HAVING count(*) > (SELECT max(n) FROM limits WHERE n > 1);\n");
}

TEST_CASE("any word can be a name once it is quoted as the writer does") {
    const std::string name_list =
        "all alter always analyze and anti any array as asc asof at between both by cascade case cast collate column "
        "connection connector count create cross cube current date default desc describe distinct drop else end escape "
        "except exclude exists explain extract false fetch filter first following for from full function generated "
        "glob group grouping groups having if ignore ilike in inner insert intersect interval into is isnull join key "
        "lambda last lateral leading left like limit map materialized name natural next no not notnull null nulls "
        "offset on only or order ordinality others outer over overlay partition pause percent pipeline pivot placing "
        "position positional preceding primary qualify range recursive rename repeatable replace respect restrict "
        "resume right rollup row rows sample select semi set sets show similar some struct subscribe substring "
        "symmetric "
        "table tablesample then ties time timeout timestamp to trailing trim true try_cast unbounded union unique "
        "unknown unnest unpivot using value values varying view virtual wait watermark when where window with within "
        "without zone mode format data message size path port host stream options system tumble hop session";
    std::istringstream words(name_list);
    for (std::string word; words >> word;) {
        CAPTURE(word);
        const std::string name = quote_identifier(word);
        for (const std::string& text : {
                 "SELECT " + name + ", " + name + " + 1, t." + name + ", f(" + name + "), (" + name + ") FROM " + name +
                     " AS " + name + " WHERE " + name + " > 1 AND " + name + " IN (1) ORDER BY " + name,
                 "SELECT 1 AS " + name + ", {" + name + ": 1}, (a)." + name + ", a[" + name + "]",
                 "SELECT * EXCLUDE (" + name + ") FROM (SELECT 1) AS t(" + name + ") JOIN x USING (" + name + ")",
                 "WITH " + name + " AS (SELECT 1) SELECT sum(x) OVER " + name + " FROM " + name + " WINDOW " + name +
                     " AS (PARTITION BY " + name + " ORDER BY " + name + ")",
                 "CREATE TABLE " + name + " (" + name + " INT, PRIMARY KEY (" + name + ")) WITH (" + name + " = 1)",
                 "CREATE CONNECTION " + name + " TO " + name + " (" + name + " = 'x')",
                 "CREATE PIPELINE " + name + " AS INSERT INTO " + name + " (" + name + ") SELECT 1",
                 "CREATE FUNCTION " + name + "(" + name + ") AS " + name + " + 1",
                 "SELECT list_transform(l, LAMBDA " + name + ": " + name + " + 1)",
                 "DROP TABLE " + name,
                 "WAIT FOR " + name + " COUNT 1",
                 "SET " + name + " = 1",
             }) {
            CAPTURE(text);
            const Parsed parsed = parse(text);
            CHECK_MESSAGE(parsed.findings.empty(), parsed.findings);
        }
    }
}

TEST_CASE("a chain of five thousand terms is parsed and written") {
    std::string text = "SELECT a FROM t WHERE a0";
    for (int i = 1; i < 5000; ++i) text += " AND a" + std::to_string(i);
    const Parsed parsed = parse(text);
    REQUIRE_MESSAGE(parsed.findings.empty(), parsed.findings);
    REQUIRE(parsed.statements.size() == 1);
    CHECK(duckdb_text(parsed.statements.front()) == text);
}

TEST_CASE("brackets as deep as the parser takes are written") {
    const std::string text = "SELECT " + std::string(900, '(') + "1" + std::string(900, ')');
    const Parsed parsed = parse(text);
    REQUIRE_MESSAGE(parsed.findings.empty(), parsed.findings);
    CHECK(duckdb_text(parsed.statements.front()) == text);
}

TEST_CASE("positions in the written query lead back to the user's line") {
    const std::string text = "SELECT  price,\n        nosuch + 1,\n  f ( amount )\nFROM   trades AS t";
    const Parsed parsed = parse(text);
    REQUIRE_MESSAGE(parsed.findings.empty(), parsed.findings);
    const WrittenSql sql = write_query(*std::get<ast::SelectStatement>(parsed.statements.front().node).query);
    for (const std::string token : {"price", "nosuch", "+", "1", "f", "amount", "trades", "t"}) {
        CAPTURE(token);
        const std::string spaced = " " + token;
        const std::size_t at = token == "amount" ? sql.text.find(token) : sql.text.rfind(spaced) + 1;
        const SourceSpan span = sql.origin_of(static_cast<std::uint32_t>(at));
        const std::string origin = text.substr(span.begin, span.end - span.begin);
        CHECK(origin.starts_with(token));
    }
}

}  // namespace
}  // namespace laminar
