#include "runtime/plan/flink/flink_export.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "runtime/check/script_checker.h"
#include "runtime/plan/flink/expressions/aggregates.h"
#include "runtime/plan/flink/expressions/functions.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/patterns.h"

using namespace laminar;

namespace {

constexpr const char* declarations =
    "CREATE CONNECTION c TO websocket (endpoint = 'wss://feed.example.com/', mode = 'client', format = 'json');\n"
    "CREATE TABLE v (s TEXT, i INTEGER, d DOUBLE, b BOOLEAN, l TEXT[], m MAP(TEXT, TEXT), j JSON, "
    "ts TIMESTAMP_MS NOT NULL, WATERMARK FOR ts) WITH (connector = 'c');\n";

struct Exported {
    std::string errors;
    std::string sql;
};

Exported export_pipeline(const std::string& query) {
    FlinkExport target({});
    ScriptChecker checker(nullptr);
    checker.set_on_pipeline([&](const PipelineObject& pipeline, const Catalog& catalog, Diagnostics& findings) {
        target.add(pipeline, catalog, findings);
    });
    const auto source = std::make_shared<SourceText>("t.sql", declarations + ("CREATE PIPELINE p AS " + query + ";"));
    Exported exported;
    for (const Diagnostic& finding : checker.check({source}).all()) {
        if (finding.severity == Severity::error)
            exported.errors += fmt::format("{}: {}\n", diagnostic_code_text(finding.code), finding.message);
    }
    if (exported.errors.empty()) exported.sql = target.scripts().pipelines;
    return exported;
}

/// The lists of docs/cluster.md.
std::string function_list() {
    std::string text = "| function | in Flink |\n|---|---|\n";
    for (const flink::Function& function : flink::functions())
        text += fmt::format("| `{}` | {} |\n", function.example, function.equal);
    text += "\n| aggregate | in Flink |\n|---|---|\n";
    for (const flink::Aggregate& aggregate : flink::aggregates())
        text += fmt::format("| `{}` | {} |\n", aggregate.example, aggregate.equal);
    return text;
}

}  // namespace

TEST_CASE("every function of the table is exported") {
    std::set<std::string_view> names;
    for (const flink::Function& function : flink::functions()) {
        CAPTURE(function.example);
        CHECK(names.insert(function.name).second);
        CHECK(function.example.starts_with(std::string(function.name) + "("));
        const Exported exported = export_pipeline(fmt::format("SELECT {} AS x FROM v", function.example));
        CHECK(exported.errors == "");
        CHECK(exported.sql.find("CREATE TEMPORARY VIEW `p` AS") != std::string::npos);
    }
}

TEST_CASE("every aggregate of the table is exported") {
    for (const flink::Aggregate& aggregate : flink::aggregates()) {
        CAPTURE(aggregate.example);
        const Exported exported = export_pipeline(fmt::format(
            "SELECT {} AS x, TUMBLE_START(ts, INTERVAL '1 minute') AS w FROM v GROUP BY w", aggregate.example));
        CHECK(exported.errors == "");
    }
}

TEST_CASE("a function that is not in the table is refused") {
    CHECK(flink::find_function("hash") == nullptr);
    CHECK(export_pipeline("SELECT hash(s) AS x FROM v").errors == "L421: hash has no equal in Flink\n");
    CHECK(export_pipeline("SELECT lpad(s, i, ' ') AS x FROM v").errors.starts_with("L421"));
}

TEST_CASE("the functions of docs/cluster.md are those of the table") {
    const std::string path = LAMINAR_SOURCE_DIR "/docs/cluster.md";
    constexpr std::string_view begin = "<!-- functions: run runtime_tests with LAMINAR_UPDATE=1 -->\n\n";
    constexpr std::string_view end = "\n<!-- end of functions -->\n";
    const auto read = [&] {
        std::ifstream file(path, std::ios::binary);
        REQUIRE(file.good());
        std::ostringstream content;
        content << file.rdbuf();
        return content.str();
    };
    std::string page = read();
    const std::size_t from = page.find(begin);
    const std::size_t to = page.find(end);
    REQUIRE(from != std::string::npos);
    REQUIRE(to != std::string::npos);
    REQUIRE(to >= from + begin.size());
    page.replace(from + begin.size(), to - from - begin.size(), function_list());
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
    if (std::getenv("LAMINAR_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << page;
    CHECK_MESSAGE(read() == page, "run runtime_tests with LAMINAR_UPDATE=1");
}

TEST_CASE("text of the user is quoted in Flink SQL") {
    CHECK(flink::quoted_name("a`b") == "`a``b`");
    CHECK(flink::quoted_text("it's") == "'it''s'");
    const Exported exported = export_pipeline("SELECT 'a''; DROP TABLE x; --' AS \"b`; --\" FROM v");
    CHECK(exported.errors == "");
    CHECK(exported.sql.find("CAST('a''; DROP TABLE x; --' AS STRING) AS `b``; --`") != std::string::npos);
}

TEST_CASE("intervals have the forms that Flink reads") {
    using std::chrono::microseconds;
    CHECK(flink::interval_literal(microseconds(10'000'000)) == "INTERVAL '10' SECOND");
    CHECK(flink::interval_literal(microseconds(5'400'000'000)) == "INTERVAL '90' MINUTE");
    CHECK(flink::interval_literal(microseconds(1'001'000)) == "INTERVAL '1.001' SECOND");
    CHECK(flink::interval_literal(microseconds(0)) == "INTERVAL '0.000' SECOND");
    CHECK(flink::interval_literal(microseconds(100'500'000)) == "INTERVAL '0 00:01:40.500' DAY(6) TO SECOND(3)");
    CHECK(flink::interval_literal(microseconds(8'640'000'000'000)) ==
          "INTERVAL '100 00:00:00.000' DAY(6) TO SECOND(3)");
    CHECK_FALSE(flink::interval_literal(microseconds(1)));
    CHECK_FALSE(flink::interval_literal(microseconds(-1'000)));
}

TEST_CASE("regular expressions mean the same in Java, or are refused") {
    CHECK(flink::java_pattern("a.b") == R"(a[^\n]b)");
    CHECK(flink::java_pattern(R"(^\s+[\s,]$)") == R"(^[\t\n\f\r ]+[\t\n\f\r ,]\z)");
    CHECK(flink::java_pattern(R"((\d+)(?:x|y)?{2,3})") == R"((\d+)(?:x|y)?{2,3})");
    for (const char* refused :
         {R"(\bword)", "(?i)a", "(?=a)", "a++", "[a&&b]", "[[:alpha:]]", R"((a)\1)", "[]a]", "a\\"}) {
        CAPTURE(refused);
        CHECK_FALSE(flink::java_pattern(refused));
    }
    CHECK(flink::is_plain_replacement("x"));
    CHECK_FALSE(flink::is_plain_replacement("$1"));
    CHECK_FALSE(flink::is_plain_replacement(R"(\1)"));
}

TEST_CASE("formats of times and paths of JSON are translated or refused") {
    CHECK(flink::java_date_format("%Y-%m-%dT%H:%M:%S") == "yyyy-MM-dd'T'HH:mm:ss");
    CHECK_FALSE(flink::java_date_format("%-d"));
    CHECK_FALSE(flink::java_date_format("100%"));
    CHECK_FALSE(flink::java_date_format("it's %Y"));
    const auto path = [](std::string_view text) {
        const auto steps = flink::json_steps(text);
        return steps ? flink::json_path(*steps) : std::string();
    };
    CHECK(path("$.a.b[0]") == "$['a']['b'][0]");
    CHECK(path("$.\"a b\".c") == "$['a b']['c']");
    CHECK(path("a") == "$['a']");
    for (const char* refused : {"/a/b", "$", "$.a[*]", "$.a[-1]", "$..a", "$.a'b", ""}) CHECK(path(refused) == "");
}
