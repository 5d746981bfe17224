#include "runtime/engine/engine_error.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "runtime/engine/error_message.h"

using namespace laminar;

namespace {

ErrorMessage described(const std::string& sql) {
    static const auto engine = [] {
        auto opened = Engine::create({});
        opened->execute("CREATE TABLE t (a INTEGER, price DOUBLE, who STRUCT(name VARCHAR), at_time TIMESTAMP)");
        return opened;
    }();
    try {
        engine->query(sql);
    } catch (const EngineException& problem) {
        return describe_engine_error(problem.error());
    }
    FAIL("no error: " << sql);
    return {};
}

}  // namespace

TEST_CASE("error texts of every form are read") {
    const EngineError json = parse_engine_error(
        R"(Parser Error: {"exception_type":"Parser","exception_message":"near \"x\"","position":"12"})");
    CHECK(json.type == "Parser");
    CHECK(json.message == "near \"x\"");
    CHECK(json.position == 12);
    const EngineError plain = parse_engine_error("Invalid Input Error: something: else");
    CHECK(plain.type == "Invalid Input");
    CHECK(plain.message == "something: else");
    CHECK_FALSE(plain.position);
    CHECK(parse_engine_error("").message.empty());
    CHECK(parse_engine_error(R"({"exception_type" broken)").message == R"({"exception_type" broken)");
    const EngineError strange = parse_engine_error(R"({"exception_type":"INTERRUPT","position":"-1"})");
    CHECK(strange.type == "Interrupt");
    CHECK_FALSE(strange.position);
    const EngineError candidates =
        parse_engine_error(R"({"exception_type":"Binder","candidates":"f(A, B) -> C,f(A[], STRUCT(x X, y Y)) -> C"})");
    CHECK(candidates.candidates == std::vector<std::string>{"f(A, B) -> C", "f(A[], STRUCT(x X, y Y)) -> C"});
}

TEST_CASE("errors name types as SQL does, and leave values and columns as they are") {
    CHECK(parse_engine_error("Conversion Error: Could not convert string 'INT32' to INT64 when casting from source "
                             "column INT8\nLINE 1: INT16")
              .message ==
          "Could not convert string 'INT32' to BIGINT when casting from source column INT8\nLINE 1: INT16");
    CHECK(
        parse_engine_error("Conversion Error: Type INT128 with value 3 can't be cast because the value is out of range "
                           "for the destination type INT64")
            .message ==
        "Type HUGEINT with value 3 can't be cast because the value is out of range for the destination type BIGINT");
    CHECK(parse_engine_error("Out of Range Error: Overflow in addition of INT32 (1 + 2)!").message ==
          "Overflow in addition of INTEGER (1 + 2)!");
}

TEST_CASE("errors of the engine in Laminar's words") {
    struct Case {
        const char* sql;
        DiagnosticCode code;
        const char* message;
        const char* hint;
    };
    for (const Case& test : std::vector<Case>{
             {"SELECT prise FROM t", DiagnosticCode::unknown_column, "no column is named \"prise\"",
              "did you mean \"price\"?"},
             {"SELECT nosuch", DiagnosticCode::unknown_column, "no column is named \"nosuch\": there is no FROM", ""},
             {"SELECT t.prise FROM t", DiagnosticCode::unknown_column, "\"t\" has no column \"prise\"",
              "did you mean \"price\"?"},
             {"SELECT x.a FROM t", DiagnosticCode::unknown_relation, "no relation in FROM is named \"x\"",
              "similar names: \"t\""},
             {"SELECT who.nam FROM t", DiagnosticCode::unknown_column, "the structure has no field \"nam\"",
              "did you mean \"name\"?"},
             {"SELECT a.b FROM t", DiagnosticCode::query_type_error,
              "field \"b\" is taken of what is not a structure, union, map or JSON", ""},
             {"SELECT * FROM nosuch", DiagnosticCode::unknown_relation, "no relation is named \"nosuch\"", ""},
             {"SELECT a::NOSUCH FROM t", DiagnosticCode::unknown_type, "no type is named \"NOSUCH\"", ""},
             {"SELECT lag(a) FROM t", DiagnosticCode::query_binding_error, "function lag is for windows alone",
              "write lag(...) OVER (...)"},
             {"SELECT a, count(*) FROM t", DiagnosticCode::query_binding_error,
              "column \"a\" must be in GROUP BY or inside an aggregate function",
              "add it to GROUP BY, or use any_value(\"a\") when any of its values will do"},
             {"SELECT a FROM t, t AS u", DiagnosticCode::ambiguous_column,
              "column \"a\" could be of more than one relation", "write \"t.a\" or \"u.a\""},
             {"SELECT at_time > 5 FROM t", DiagnosticCode::query_type_error, "cannot compare TIMESTAMP with INTEGER",
              "convert one side with CAST(... AS type) or ...::type"},
             {"SELECT a LIKE 'x' FROM t", DiagnosticCode::query_type_error,
              "operator LIKE cannot be applied to INTEGER and VARCHAR", "convert with CAST(... AS type) or ...::type"},
             {"SELECT abs('x')", DiagnosticCode::query_type_error,
              "several forms of a function fit the call abs(VARCHAR)",
              "convert the arguments with CAST(... AS type) or ...::type"},
             {"SELECT upper(1, 2)", DiagnosticCode::query_type_error,
              "function upper does not take these arguments: upper(INTEGER, INTEGER)", "it takes upper(VARCHAR)"},
             {"SELECT extract(minuts FROM at_time) FROM t", DiagnosticCode::query_type_error,
              "\"minuts\" is not a unit of time", "did you mean \"minute\"?"},
             {"SELECT a FROM t UNION SELECT a, a FROM t", DiagnosticCode::query_type_error,
              "the queries that UNION, INTERSECT or EXCEPT combine have different numbers of columns", ""},
             {"SELECT 'x'::INTEGER", DiagnosticCode::query_type_error, "could not convert string 'x' to INTEGER", ""},
             {"SELECT sum(sum(a)) FROM t", DiagnosticCode::query_binding_error,
              "aggregate function calls cannot be nested", ""},
         }) {
        CAPTURE(test.sql);
        const ErrorMessage found = described(test.sql);
        CHECK(found.code == test.code);
        CHECK(found.message == test.message);
        CHECK(found.hint == test.hint);
    }
}

TEST_CASE("memory that is used up is told as such, and not as a file that cannot be reached") {
    const auto engine = Engine::create({});
    engine->execute("SET memory_limit = '30MB'");
    try {
        (void)engine->query("SELECT len(list(repeat('x', 100) || range)) FROM range(5000000)");
        FAIL("there was enough memory");
    } catch (const EngineException& problem) {
        const ErrorMessage found = describe_engine_error(problem.error());
        CHECK(found.message.starts_with("out of memory: "));
        CHECK(found.hint.find("SET memory_limit") != std::string::npos);
    }
}
