#include "runtime/check/failed_names.h"

#include <doctest/doctest.h>

#include <memory>

using namespace laminar;

namespace {

Diagnostic finding(DiagnosticCode code, const std::string& text) {
    Diagnostic diagnostic;
    diagnostic.code = code;
    diagnostic.source = std::make_shared<SourceText>("test.sql", text);
    diagnostic.span = {0, static_cast<std::uint32_t>(text.size())};
    return diagnostic;
}

}  // namespace

TEST_CASE("missing objects are explained by definitions that failed") {
    FailedNames failed;
    failed.add_all_created_in(R"(
        -- CREATE TABLE commented (n INT)
        CREATE TABLE t (n INT,,);
        create or replace view "My View" as SELECT 'CREATE TABLE in_string (n INT)';
        CREATE CONNECTION IF NOT EXISTS c TO websocket (
        /* CREATE TABLE also_commented (n INT) */ CREATE FUNCTION f(x) AS x;
        CREATE)");
    CHECK(failed.explain(finding(DiagnosticCode::unknown_relation, "t")));
    CHECK(failed.explain(finding(DiagnosticCode::unknown_relation, "T")));
    CHECK(failed.explain(finding(DiagnosticCode::unknown_relation, "\"my view\"")));
    CHECK(failed.explain(finding(DiagnosticCode::unknown_object, "'c'")));
    CHECK(failed.explain(finding(DiagnosticCode::unknown_function, "f(x)")));
    CHECK_FALSE(failed.explain(finding(DiagnosticCode::unknown_relation, "other")));
    CHECK_FALSE(failed.explain(finding(DiagnosticCode::unknown_relation, "commented")));
    CHECK_FALSE(failed.explain(finding(DiagnosticCode::unknown_relation, "also_commented")));
    CHECK_FALSE(failed.explain(finding(DiagnosticCode::unknown_relation, "in_string")));
}

TEST_CASE("only findings about missing objects are explained") {
    FailedNames failed;
    failed.add_all_created_in("CREATE TABLE t (");
    CHECK_FALSE(failed.explain(finding(DiagnosticCode::query_type_error, "t")));
    Diagnostic without_source;
    without_source.code = DiagnosticCode::unknown_relation;
    CHECK_FALSE(failed.explain(without_source));
}
