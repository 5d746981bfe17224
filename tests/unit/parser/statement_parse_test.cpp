#include "parse_support.h"

using namespace laminar;
using namespace laminar::test;

TEST_CASE("CREATE CONNECTION keeps every option with its span") {
    Parsed parsed = parse(
        "create connection if not exists c to websocket (\n"
        "  endpoint = 'wss://x/${secret:y}', port = 8080, ratio = -1.5e3, reconnect = TRUE, none = NULL, mode = "
        "client,\n"
        "  wait = INTERVAL '5 s', pause = INTERVAL 5 SECONDS, headers = MAP {'A': 'b', 'C': 'd'}, list = ['x', 1],\n"
        "  message = JSON_OBJECT('action': 'subscribe', 'channels': ['a', 'b'], 'n': JSON_ARRAY(1, NULL), 'd', 4)  -- "
        "end\n"
        ")");
    REQUIRE(parsed.script.statements.size() == 1);
    const auto& connection = std::get<ast::CreateConnection>(parsed.script.statements[0].node);
    CHECK(connection.if_not_exists);
    CHECK(connection.name.text == "c");
    CHECK(connection.connector.text == "websocket");
    REQUIRE(connection.options.size() == 11);
    const auto option = [&](std::size_t i) -> const ast::Option& { return connection.options[i]; };
    CHECK(std::get<ast::OptionValue::String>(option(0).value.node).text == "wss://x/${secret:y}");
    CHECK(parsed.slice(option(0).name.span) == "endpoint");
    CHECK(parsed.slice(option(0).value.span) == "'wss://x/${secret:y}'");
    CHECK(parsed.slice(option(0).span) == "endpoint = 'wss://x/${secret:y}'");
    CHECK(std::get<ast::OptionValue::Number>(option(1).value.node).text == "8080");
    CHECK(std::get<ast::OptionValue::Number>(option(2).value.node).text == "-1.5e3");
    CHECK(std::get<ast::OptionValue::Boolean>(option(3).value.node).value);
    CHECK(std::holds_alternative<ast::OptionValue::Null>(option(4).value.node));
    CHECK(std::get<ast::OptionValue::Name>(option(5).value.node).text == "client");
    CHECK(std::get<ast::OptionValue::Interval>(option(6).value.node).text == "5 s");
    CHECK(std::get<ast::OptionValue::Interval>(option(7).value.node).unit == "SECOND");
    const auto& headers = std::get<ast::OptionValue::Object>(option(8).value.node);
    CHECK_FALSE(headers.json);
    CHECK(parsed.slice(headers.entries.at(1).value.span) == "'d'");
    CHECK(std::get<ast::OptionValue::List>(option(9).value.node).elements.size() == 2);
    const auto& message = std::get<ast::OptionValue::Object>(option(10).value.node);
    CHECK(message.json);
    REQUIRE(message.entries.size() == 4);
    CHECK(std::get<ast::OptionValue::List>(message.entries[2].value.node).json);
    CHECK(parsed.slice(message.entries[3].key.span) == "'d'");
}

TEST_CASE("CREATE TABLE") {
    const auto table = parse_as<ast::CreateTable>(
        "CREATE OR REPLACE TABLE t (\n"
        "  id BIGINT PRIMARY KEY, timestamp TIMESTAMP(6) WITH TIME ZONE NOT NULL DEFAULT NOW(), data JSON,\n"
        "  size INT DEFAULT -1 NOT NULL, amount DECIMAL(18, 3), price DOUBLE PRECISION,\n"
        "  total DOUBLE GENERATED ALWAYS AS (amount * price) STORED, tags VARCHAR(20)[][3],\n"
        "  kind ENUM('a', 'b'), point STRUCT(x INT, \"y z\" MAP(VARCHAR, INT)), either UNION(a INT, b TEXT),\n"
        "  deep TEXT WITH (json_path = '$.a.b'), name CHARACTER VARYING, primary TEXT, watermark INT,\n"
        "  PRIMARY KEY (id, size), WATERMARK FOR timestamp AS timestamp - INTERVAL '5 seconds'\n"
        ") WITH (connector = 'c', retention_rows = 10)");
    CHECK(table.or_replace);
    CHECK(table.has_column_list);
    REQUIRE(table.columns.size() == 15);
    CHECK(table.columns[0].primary_key);
    CHECK(table.columns[1].type.name == "TIMESTAMP WITH TIME ZONE");
    CHECK(table.columns[1].type.modifiers == std::vector<std::int64_t>{6});
    CHECK(table.columns[1].not_null);
    CHECK(table.columns[1].default_value);
    CHECK(table.columns[3].not_null);
    CHECK(shape(*table.columns[3].default_value) == "[- 1]");
    CHECK(table.columns[4].type.modifiers == std::vector<std::int64_t>{18, 3});
    CHECK(table.columns[5].type.name == "DOUBLE PRECISION");
    CHECK(table.columns[6].generated);
    REQUIRE(table.columns[7].type.dimensions.size() == 2);
    CHECK_FALSE(table.columns[7].type.dimensions[0]);
    CHECK(table.columns[7].type.dimensions[1] == 3);
    CHECK(table.columns[8].type.values == std::vector<std::string>{"a", "b"});
    CHECK(table.columns[9].type.fields.at(1).name.text == "y z");
    CHECK(table.columns[9].type.fields.at(1).type.fields.size() == 2);
    CHECK(table.columns[10].type.name == "UNION");
    CHECK(table.columns[11].options.size() == 1);
    CHECK(table.columns[12].type.name == "CHARACTER VARYING");
    CHECK(table.primary_key.size() == 2);
    CHECK(table.watermark->column.text == "timestamp");
    CHECK(table.watermark->expression);
    CHECK(table.options.size() == 2);

    CHECK_FALSE(parse_as<ast::CreateTable>("CREATE TABLE s WITH (connector = c)").has_column_list);
    CHECK(parse_as<ast::CreateTable>("CREATE TABLE IF NOT EXISTS s AS SELECT 1").as_query);
    CHECK(parse_as<ast::CreateTable>("CREATE TABLE s AS (SELECT 1)").as_query);
    CHECK_FALSE(parse_as<ast::CreateTable>("CREATE TABLE s (a INT, WATERMARK FOR a)").watermark->expression);
}

TEST_CASE("CREATE VIEW, PIPELINE and FUNCTION") {
    CHECK(parse_as<ast::CreateView>("CREATE VIEW v (a, b) AS SELECT 1, 2").columns.size() == 2);
    const auto pipeline = parse_as<ast::CreatePipeline>(
        "CREATE PIPELINE IF NOT EXISTS p WITH (changelog = 'upsert') AS INSERT INTO s (a, b) SELECT 1, 2");
    CHECK(pipeline.if_not_exists);
    CHECK(pipeline.options.size() == 1);
    CHECK(pipeline.sink->text == "s");
    CHECK(pipeline.sink_columns.size() == 2);
    CHECK_FALSE(parse_as<ast::CreatePipeline>("CREATE PIPELINE p AS WITH a AS (SELECT 1) SELECT * FROM a").sink);
    CHECK(parse_as<ast::CreatePipeline>("CREATE PIPELINE p AS FROM t").query);
    const auto function = parse_as<ast::CreateFunction>("CREATE FUNCTION f(a, b) AS CASE WHEN a THEN b END");
    CHECK(function.parameters.size() == 2);
    CHECK(parse_as<ast::CreateFunction>("CREATE OR REPLACE FUNCTION f() AS 1").parameters.empty());
}

TEST_CASE("the other statements") {
    CHECK(parse_as<ast::AlterConnection>("ALTER CONNECTION c SET (a = 1, b = 2)").options.size() == 2);
    CHECK(parse_as<ast::Insert>("INSERT INTO t (a) VALUES (1), ((SELECT 2))").columns.size() == 1);
    CHECK(parse_as<ast::Insert>("INSERT INTO t SELECT 1").query);
    CHECK(parse_as<ast::Insert>("INSERT INTO t (SELECT 1)").columns.empty());
    CHECK(parse_as<ast::Subscribe>("SUBSCRIBE TO t").name->text == "t");
    const auto subscribe = parse_as<ast::Subscribe>("SUBSCRIBE TO (SELECT 1)");
    CHECK(std::holds_alternative<ast::Select>(subscribe.query->body.node));
    const auto wait = parse_as<ast::WaitFor>("WAIT FOR t COUNT 5 TIMEOUT INTERVAL '10 s'");
    CHECK(wait.count == 5);
    CHECK(std::get<ast::OptionValue::Interval>(wait.timeout->node).text == "10 s");
    CHECK(parse_as<ast::WaitFor>("WAIT FOR t TIMEOUT '10 s'").timeout);
    CHECK_FALSE(wait.read);
    CHECK(parse_as<ast::WaitFor>("WAIT FOR read READ COUNT 5").read);
    CHECK(parse_as<ast::PauseResume>("PAUSE PIPELINE p").kind == ast::ObjectKind::pipeline);
    CHECK(parse_as<ast::PauseResume>("RESUME CONNECTION c").resume);
    const auto drop = parse_as<ast::Drop>("DROP VIEW IF EXISTS a, b CASCADE");
    CHECK(drop.kind == ast::ObjectKind::view);
    CHECK(drop.if_exists);
    CHECK(drop.cascade);
    CHECK(drop.names.size() == 2);
    CHECK_FALSE(parse_as<ast::Drop>("DROP FUNCTION f RESTRICT").cascade);
    CHECK(parse_as<ast::Show>("SHOW CONNECTORS").what == ast::Show::What::connectors);
    CHECK(parse_as<ast::Show>("SHOW TABLES LIKE 'a%'").like == "a%");
    CHECK(parse_as<ast::ShowCreate>("SHOW CREATE t").kind == std::nullopt);
    CHECK(parse_as<ast::ShowCreate>("SHOW CREATE PIPELINE p").kind == ast::ObjectKind::pipeline);
    CHECK(parse_as<ast::Describe>("DESCRIBE CONNECTOR websocket").connector);
    CHECK(parse_as<ast::Describe>("DESC system.t").name.parts.size() == 2);
    CHECK(parse_as<ast::Describe>("DESCRIBE TABLE t").name.parts.size() == 1);
    CHECK(parse_as<ast::Describe>("DESCRIBE SELECT 1").query);
    CHECK(parse_as<ast::Set>("SET a = 'b'").name.text == "a");
    CHECK(parse_as<ast::Explain>("EXPLAIN ANALYZE SELECT 1").analyze);
    const auto explain = parse_as<ast::Explain>("EXPLAIN CREATE PIPELINE p AS SELECT 1");
    CHECK(std::holds_alternative<ast::CreatePipeline>(explain.statement->node));
    CHECK(parse_as<ast::SelectStatement>("\xEF\xBB\xBF/* a /* b */ c */ SELECT 1 -- end").query);
    CHECK(parse(" ; ;; -- nothing\n/**/;").diagnostics.all().empty());
}

TEST_CASE("whether the shell asks for another line") {
    for (const char* text : {"SELECT 1", "SELECT 1; SELECT", "SELECT ';", "SELECT (1;", "SELECT \"a;", "/* ;",
                             "SELECT $$;", "SELECT 1 -- ;", "SELECT e'\\';", "x"}) {
        CAPTURE(text);
        CHECK(is_incomplete_statement(text));
    }
    for (const char* text : {"", "  ", "SELECT 1;", "SELECT 1; -- done", "SELECT ';';", "SELECT (1);", "-- only this",
                             "SELECT 1); ", "SELECT e'\\'';", "SELECT $a$;$a$;"}) {
        CAPTURE(text);
        CHECK_FALSE(is_incomplete_statement(text));
    }
}
