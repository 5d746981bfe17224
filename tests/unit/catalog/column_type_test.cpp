#include "catalog/objects/column_type.h"

#include <doctest/doctest.h>

#include <string>

namespace laminar {
namespace {

std::string bound(std::string_view name, std::vector<std::int64_t> modifiers = {}) {
    ast::TypeName type;
    type.name = name;
    type.modifiers = std::move(modifiers);
    Diagnostics diagnostics;
    const auto result = bind_type(type, diagnostics);
    if (result) return to_sql(*result);
    REQUIRE(diagnostics.all().size() == 1);
    const Diagnostic& only = diagnostics.all().front();
    return only.message + (only.hint.empty() ? "" : " (" + only.hint + ")");
}

TEST_CASE("every alias is the type that DuckDB makes of it") {
    CHECK(bound("TEXT") == "VARCHAR");
    CHECK(bound("string") == "VARCHAR");
    CHECK(bound("BYTEA") == "BLOB");
    CHECK(bound("INT") == "INTEGER");
    CHECK(bound("INT8") == "BIGINT");
    CHECK(bound("LONG") == "BIGINT");
    CHECK(bound("REAL") == "FLOAT");
    CHECK(bound("FLOAT8") == "DOUBLE");
    CHECK(bound("DOUBLE PRECISION") == "DOUBLE");
    CHECK(bound("DATETIME") == "TIMESTAMP");
    CHECK(bound("TIMESTAMPTZ") == "TIMESTAMP WITH TIME ZONE");
    CHECK(bound("TIMETZ") == "TIME WITH TIME ZONE");
    CHECK(bound("LOGICAL") == "BOOLEAN");
    CHECK(bound("JSON") == "JSON");
    CHECK(bound("UINT64") == "UBIGINT");
}

TEST_CASE("modifiers") {
    CHECK(bound("DECIMAL") == "DECIMAL(18,3)");
    CHECK(bound("NUMERIC", {10}) == "DECIMAL(10,0)");
    CHECK(bound("NUMERIC", {38, 38}) == "DECIMAL(38,38)");
    CHECK(bound("VARCHAR", {20}) == "VARCHAR");
    CHECK(bound("TIMESTAMP", {0}) == "TIMESTAMP_S");
    CHECK(bound("TIMESTAMP", {3}) == "TIMESTAMP_MS");
    CHECK(bound("TIMESTAMP", {9}) == "TIMESTAMP_NS");
    CHECK(bound("DECIMAL", {39}) == "the width of DECIMAL is 1 to 38, not 39");
    CHECK(bound("DECIMAL", {5, 6}) == "the scale of DECIMAL is 0 to its width (5), not 6");
    CHECK(bound("INTEGER", {4}) == "type INTEGER takes no numbers in brackets");
    CHECK(bound("TIMESTAMP", {12}) == "the precision of TIMESTAMP is 0 to 9");
}

TEST_CASE("unknown types come with a suggestion") {
    CHECK(bound("INTEGR") == "type \"INTEGR\" does not exist (did you mean \"INTEGER\"?)");
    CHECK(bound("JSONB") == "type \"JSONB\" does not exist (use JSON)");
    CHECK(bound("SERIAL") == "type \"SERIAL\" does not exist (use BIGINT)");
    CHECK(bound("ENUM") == "ENUM needs its values (for example ENUM('buy', 'sell'))");
    CHECK(bound("MAP") == "MAP needs a key type and a value type (for example MAP(TEXT, DOUBLE))");
}

TEST_CASE("text of a type and back") {
    for (const std::string_view text : {"BOOLEAN",
                                        "TINYINT",
                                        "SMALLINT",
                                        "INTEGER",
                                        "BIGINT",
                                        "HUGEINT",
                                        "UTINYINT",
                                        "USMALLINT",
                                        "UINTEGER",
                                        "UBIGINT",
                                        "UHUGEINT",
                                        "FLOAT",
                                        "DOUBLE",
                                        "DECIMAL(18,3)",
                                        "VARCHAR",
                                        "BLOB",
                                        "JSON",
                                        "DATE",
                                        "TIME",
                                        "TIME WITH TIME ZONE",
                                        "TIMESTAMP",
                                        "TIMESTAMP_S",
                                        "TIMESTAMP_MS",
                                        "TIMESTAMP_NS",
                                        "TIMESTAMP WITH TIME ZONE",
                                        "INTERVAL",
                                        "UUID",
                                        "BIT",
                                        "ENUM('a', 'it''s', 'b, c')",
                                        "INTEGER[]",
                                        "INTEGER[3]",
                                        "INTEGER[3][]",
                                        "STRUCT(\"a\" INTEGER, \"b c\" VARCHAR[])[]",
                                        "STRUCT(\"say \"\"hi\"\"\" DATE)",
                                        "MAP(VARCHAR, DECIMAL(10,2))",
                                        "UNION(\"num\" INTEGER, \"str\" VARCHAR)",
                                        "MAP(VARCHAR, STRUCT(\"x\" MAP(INTEGER, TIMESTAMP WITH TIME ZONE)))"}) {
        const auto type = parse_column_type(text);
        REQUIRE_MESSAGE(type, text);
        CHECK(to_sql(*type) == text);
    }
}

TEST_CASE("types as typeof writes them") {
    CHECK(to_sql(*parse_column_type("STRUCT(a INTEGER, \"b c\" VARCHAR)")) == "STRUCT(\"a\" INTEGER, \"b c\" VARCHAR)");
    CHECK(to_sql(*parse_column_type("struct(start timestamp, \"end\" timestamp)")) ==
          "STRUCT(\"start\" TIMESTAMP, \"end\" TIMESTAMP)");
    for (const std::string_view text :
         {"", "NOPE", "INTEGER[", "INTEGER]", "INTEGER[x]", "STRUCT(a)", "STRUCT(a INTEGER", "MAP(INTEGER)", "ENUM()",
          "DECIMAL(18,", "INTEGER)", "STRUCT(\"a INTEGER)", "INTEGER[0]"}) {
        CHECK_MESSAGE(!parse_column_type(text), text);
    }
    CHECK_FALSE(parse_column_type(std::string(100'000, '[')));
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "STRUCT(a ";
    CHECK_FALSE(parse_column_type(deep));
}

TEST_CASE("types compare by what they are") {
    CHECK(*parse_column_type("DECIMAL(10,2)") == *parse_column_type("NUMERIC(10, 2)"));
    CHECK_FALSE(*parse_column_type("DECIMAL(10,2)") == *parse_column_type("DECIMAL(10,3)"));
    CHECK_FALSE(*parse_column_type("INTEGER[]") == *parse_column_type("INTEGER[2]"));
    CHECK_FALSE(*parse_column_type("STRUCT(a INTEGER)") == *parse_column_type("STRUCT(b INTEGER)"));
    CHECK(parse_column_type("MAP(INTEGER, DATE)")->is_nested());
    CHECK_FALSE(parse_column_type("DATE")->is_nested());
}

}  // namespace
}  // namespace laminar
