#include "parse_support.h"

using namespace laminar;
using namespace laminar::test;

namespace {

struct BadInput {
    std::string_view text;
    std::string_view code;
    std::uint32_t line;
    std::uint32_t column;
    std::string_view message;
};

constexpr BadInput bad_inputs[] = {
    {"SELET a FROM t", "L101", 1, 1, "\"SELET\" does not begin a statement"},
    {"CREAT TABLE x (a INT)", "L101", 1, 1, "\"CREAT\" does not begin a statement"},
    {"SELECT a FORM t", "L101", 1, 15, "\"t\" is not expected after \"FORM\""},
    {"SELECT FROM t", "L101", 1, 8, "an expression is expected here, not \"FROM\""},
    {"SELECT a, FROM t", "L101", 1, 9, "nothing follows the comma before \"FROM\""},
    {"SELECT order FROM t", "L109", 1, 8, "\"order\" is a reserved word and not a name"},
    {"SELECT a FROM select", "L109", 1, 15, "\"select\" is a reserved word and not a name"},
    {"CREATE TABLE group (a INT)", "L109", 1, 14, "\"group\" is a reserved word and not a name"},
    {"CREATE TABLE t (from TEXT)", "L109", 1, 17, "\"from\" is a reserved word and not a name"},
    {"CREATE TABLE t (a INT, order INT)", "L109", 1, 24, "\"order\" is a reserved word and not a name"},
    {"CREATE TABLE t (a, b INT)", "L110", 1, 17, "the column \"a\" has no type"},
    {"CREATE TABLE t (a INT,)", "L101", 1, 22, "nothing follows the comma before \")\""},
    {"CREATE TABLE t (a INT b TEXT)", "L101", 1, 23, "a comma is missing before \"b\""},
    {"CREATE TABLE t (a INT", "L101", 1, 16, "\"(\" is not closed"},
    {"CREATE TABLE a.b (x INT)", "L101", 1, 15, "the name of an object of Laminar has one part only"},
    {"CREATE TABLE", "L110", 1, 13, "the statement ends where the name of a table is expected"},
    {"CREATE CONNECTION c TO websocket (mode 'client')", "L101", 1, 40,
     "= is missing between the option \"mode\" and its value"},
    {"CREATE CONNECTION c TO websocket (mode: 'client')", "L101", 1, 39, "the option \"mode\" takes = and not \":\""},
    {"CREATE CONNECTION c TO websocket (mode = 'a' format = 'json')", "L101", 1, 46,
     "a comma is missing before \"format\""},
    {"CREATE CONNECTION c TO websocket (mode = 'client',)", "L101", 1, 50, "nothing follows the comma before \")\""},
    {"CREATE CONNECTION c TO websocket (mode)", "L110", 1, 35, "the option \"mode\" has no value"},
    {"CREATE CONNECTION c TO websocket (mode = )", "L101", 1, 42, "a value is expected here, not \")\""},
    {"CREATE CONNECTION c websocket (a = 1)", "L101", 1, 21, "\"TO\" is expected here, not \"websocket\""},
    {"CREATE CONNECTION TO websocket (a = 1)", "L110", 1, 19, "the connection has no name"},
    {"CREATE OR REPLACE VIEW IF NOT EXISTS v AS SELECT 1", "L101", 1, 1,
     "OR REPLACE and IF NOT EXISTS contradict each other"},
    {"DROP t", "L101", 1, 6,
     "\"CONNECTION\", \"FUNCTION\", \"PIPELINE\", \"TABLE\" or \"VIEW\" is expected here, not \"t\""},
    {"SELECT (1", "L101", 1, 8, "\"(\" is not closed"},
    {"SELECT 1)", "L101", 1, 9, "\")\" closes nothing"},
    {"SELECT (1]", "L101", 1, 10, "\"]\" does not close \"(\""},
    {"SELECT f(a b)", "L101", 1, 12, "a comma is missing before \"b\""},
    {"SELECT a b c FROM t", "L101", 1, 12, "a comma is missing before \"c\""},
    {"SELECT 1 +", "L110", 1, 11, "the statement ends where an expression is expected"},
    {"SELECT * FROM", "L110", 1, 14, "the statement ends where a table is expected"},
    {"SELECT * FROM t GROUP a", "L101", 1, 23, "\"BY\" is expected here, not \"a\""},
    {"SELECT * FROM t JOIN u", "L110", 1, 17, "the join lacks ON or USING"},
    {"SELECT * FROM t CROSS JOIN u ON a = b", "L101", 1, 17, "this kind of join takes no condition"},
    {"SELECT * FROM t LEFT JION u ON a = b", "L101", 1, 22, "\"JION\" is not expected after \"LEFT\""},
    {"SELECT CASE WHEN a THEN b", "L110", 1, 26, "the statement ends where \"END\" or \"WHEN\" is expected"},
    {"SELECT a BETWEEN 1", "L110", 1, 10, "BETWEEN lacks its AND"},
    {"SELECT a = b = c", "L101", 1, 14, "\"=\" cannot follow another comparison directly"},
    {"SELECT 1 + *", "L101", 1, 12, "an expression is expected here, not \"*\""},
    {"SELECT 1 + t.*", "L101", 1, 12, "\"*\" cannot be part of an expression"},
    {"SELECT 123abc", "L111", 1, 8, "\"123abc\" is not a number"},
    {"SELECT x'1'", "L111", 1, 8, "a binary string is an even number of hexadecimal digits"},
    {"SELECT e'a\\0'", "L111", 1, 11, "a text cannot have the character NUL"},
    {"SELECT e'\\x0'", "L111", 1, 10, "a text cannot have the character NUL"},
    {"SELECT e'\\400'", "L111", 1, 10, "this is no byte: the largest is \\377"},
    {"SELECT e'a\\xe9'", "L111", 1, 11, "the bytes of the text are not valid UTF-8"},
    {"SELECT e'\\ud83d'", "L111", 1, 10, "\\u needs 4 hexadecimal digits of a character"},
    {"SELECT e'\\xZZ'", "L111", 1, 10, "\\x needs one or two hexadecimal digits"},
    {"SELECT 0xFFFFFFFFFFFFFFFFF", "L111", 1, 8, "the number 0xFFFFFFFFFFFFFFFFF does not fit in 64 bits"},
    {"SELECT `a`", "L101", 1, 8, "the character \"`\" has no meaning here"},
    {"SELECT \"\"", "L101", 1, 8, "a quoted name cannot be empty"},
    {"SELECT count(x: 1)", "L101", 1, 15, "only JSON_OBJECT takes a key and a value as one argument"},
    {"SELECT JSON_OBJECT('a': 1, 'b')", "L101", 1, 28, "JSON_OBJECT lacks a value for this key"},
    {"SELECT f(SELECT 1)", "L101", 1, 10, "a query as an argument needs parentheses of its own"},
    {"SELECT CAST(a INT)", "L101", 1, 15, "\"AS\" is expected here, not \"INT\""},
    {"SELECT a::", "L110", 1, 11, "the statement ends where a type is expected"},
    {"SELECT {'a' 1}", "L101", 1, 13, "\":\" is expected here, not \"1\""},
    {"SELECT {1: 2}", "L101", 1, 9, "the field of a struct is a name or a string"},
    {"SELECT x = 1 + ANY (SELECT 1)", "L101", 1, 21, "a query as an argument needs parentheses of its own"},
    {"INSERT INTO t VALUES 1", "L101", 1, 15, "VALUES is followed by rows in parentheses"},
    {"WAIT FOR t TIMEOUT 5", "L101", 1, 20, "a timeout is an interval"},
    {"SELECT 'abc", "L104", 1, 8, "the string that starts here is not closed"},
    {"SELECT $a$abc$$", "L104", 1, 8, "the dollar-quoted string that starts here is not closed"},
    {"SELECT /* abc /* */", "L105", 1, 8, "the comment that starts here is not closed"},
    {"SELECT \"abc", "L106", 1, 8, "the quoted name that starts here is not closed"},
    {"SELECT\n  '\xC3\xA9', 1 +\nFROM t", "L101", 3, 1, "an expression is expected here, not \"FROM\""},
    {"SELECT\xC2\xA0"
     "1",
     "L101", 1, 7, "the space character U+00A0 is not white space in SQL"},
    {"SELECT \xE2\x80\x98"
     "a\xE2\x80\x99",
     "L101", 1, 8, "the typographic quotation mark U+2018 does not quote in SQL"},
};

}  // namespace

TEST_CASE("a mistake is told in one sentence, at its place") {
    for (const BadInput& bad : bad_inputs) {
        CAPTURE(bad.text);
        const Parsed parsed = parse(std::string(bad.text));
        CHECK(parsed.script.statements.empty());
        REQUIRE(parsed.diagnostics.error_count() == 1);
        const Diagnostic& diagnostic = parsed.diagnostics.all().front();
        CHECK(diagnostic.message == bad.message);
        CHECK(diagnostic_code_text(diagnostic.code) == bad.code);
        const SourcePosition position = parsed.script.source->position(diagnostic.span.begin);
        CHECK(position.line == bad.line);
        CHECK(position.column == bad.column);
    }
}

TEST_CASE("hints name the word that was meant") {
    const auto hint = [](const std::string& text) { return parse(text).diagnostics.all().at(0).hint; };
    CHECK(hint("SELET a") == "did you mean \"SELECT\"?");
    CHECK(hint("CREAT TABLE x (a INT)") == "did you mean \"CREATE\"?");
    CHECK(hint("CREATE TABEL x (a INT)") == "did you mean \"TABLE\"?");
    CHECK(hint("CREATE CONECTION x TO y (a = 1)") == "did you mean \"CONNECTION\"?");
    CHECK(hint("SELECT a FORM t") == "did you mean \"FROM\" instead of \"FORM\"?");
    CHECK(hint("SELECT a FROM t WHRE a = 1") == "did you mean \"WHERE\" instead of \"WHRE\"?");
    CHECK(hint("SELECT a FROM t LEFT JION u ON true") == "did you mean \"JOIN\"?");
    CHECK(hint("SELECT order FROM t") == "as a name, write it in quotes: \"order\"");
}

TEST_CASE("every statement is judged by itself") {
    const Parsed parsed =
        parse("SELECT 1; SELEC 2; SELECT 3; SELECT (4; SELECT 5 -- ; not here\n; SELECT '; nor here' +;");
    CHECK(parsed.script.statements.size() == 3);
    REQUIRE(parsed.diagnostics.error_count() == 3);
    CHECK(parsed.slice(parsed.script.statements[2].span) == "SELECT 5");
}

TEST_CASE("a missing semicolon does not hide the next statement") {
    const Parsed parsed = parse("SELECT 1\nCREATE VIEW v AS SELECT 2\nSHOW TABLES;\nSELECT +;");
    REQUIRE(parsed.diagnostics.error_count() == 3);
    CHECK(parsed.diagnostics.all()[0].message == "a semicolon is missing before \"CREATE\"");
    CHECK(parsed.diagnostics.all()[1].message == "a semicolon is missing before \"SHOW\"");
    CHECK(parsed.diagnostics.all()[2].code == DiagnosticCode::empty_statement_part);
    CHECK(std::holds_alternative<ast::Show>(parsed.script.statements.at(0).node));
}

TEST_CASE("a bracket left open before the next statement is what is reported") {
    const Parsed parsed = parse("CREATE TABLE t (a INT) WITH (connector = 'c'\nSELECT 1;");
    REQUIRE(parsed.diagnostics.error_count() == 1);
    CHECK(parsed.diagnostics.all()[0].message == "\"(\" is not closed");
    CHECK(parsed.diagnostics.all()[0].span == SourceSpan{28, 29});
}
