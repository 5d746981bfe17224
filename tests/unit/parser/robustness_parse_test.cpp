#include <chrono>

#include "parse_support.h"

using namespace laminar;
using namespace laminar::test;

namespace {

std::string repeat(std::string_view text, std::size_t times) {
    std::string result;
    result.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) result += text;
    return result;
}

std::string chain(std::string_view term, std::string_view between, std::size_t terms) {
    std::string result(term);
    for (std::size_t i = 1; i < terms; ++i) {
        result += between;
        result += term;
    }
    return result;
}

DiagnosticCode code_of(const std::string& text) {
    const Parsed parsed = parse(text);
    CHECK(parsed.script.statements.empty());
    REQUIRE(parsed.diagnostics.error_count() == 1);
    return parsed.diagnostics.all().front().code;
}

bool is_accepted(const std::string& text) {
    const Parsed parsed = parse(text);
    for (const Diagnostic& diagnostic : parsed.diagnostics.all()) MESSAGE(render_diagnostic(diagnostic));
    const ParsedScript copy = parsed.script;  // Copying and destroying must not overflow the stack either.
    return copy.statements.size() == 1;
}

}  // namespace

TEST_CASE("nesting beyond the limit is a diagnostic") {
    CHECK(code_of("SELECT " + repeat("(", 10'000) + "1" + repeat(")", 10'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT " + repeat("[", 10'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT " + repeat("{'a': ", 10'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of(repeat("(", 10'000) + "SELECT 1") == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT " + repeat("(SELECT ", 10'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT " + repeat("CASE WHEN ", 10'000) + "1") == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT " + repeat("- ", 10'000) + "1") == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT " + repeat("NOT ", 10'000) + "a") == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT a" + repeat("[1]", 10'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT " + chain("a", "+", 100'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT " + chain("a", " AND ", 100'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of(chain("SELECT 1", " UNION ALL ", 10'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT 1 FROM " + chain("t", ", ", 10'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("SELECT 1 FROM " + chain("t", " NATURAL JOIN ", 10'000)) == DiagnosticCode::nesting_too_deep);
    CHECK(code_of("CREATE TABLE t (a " + repeat("STRUCT(a ", 10'000)) == DiagnosticCode::nesting_too_deep);
}

TEST_CASE("nesting within the limit is accepted") {
    CHECK(is_accepted("SELECT " + repeat("(", 999) + "1" + repeat(")", 999)));
    CHECK(is_accepted("SELECT " + repeat("CASE WHEN a THEN ", 900) + "1" + repeat(" END", 900)));
    CHECK(is_accepted(repeat("(SELECT ", 900) + "1" + repeat(")", 900)));
    CHECK(is_accepted("SELECT " + repeat("f(x -> ", 900) + "x" + repeat(")", 900)));
    CHECK(is_accepted("SELECT " + repeat("NOT ", 1'000) + "a"));
}

TEST_CASE("chains of five thousand terms are accepted") {
    CHECK(is_accepted("SELECT " + chain("a", "+", 5'000)));
    CHECK(is_accepted("SELECT " + chain("a = 1", " AND ", 2'500)));
    CHECK(is_accepted("SELECT " + chain("a", " OR ", 5'000)));
    CHECK(is_accepted(chain("SELECT 1", " UNION ALL ", 2'000)));
}

TEST_CASE("long lists are no nesting") {
    CHECK(is_accepted("SELECT [" + chain("1", ",", 100'000) + "]"));
    CHECK(is_accepted("SELECT a IN (" + chain("1", ",", 100'000) + ")"));
    CHECK(is_accepted("INSERT INTO t VALUES " + chain("(1, 'a', 2.5)", ",", 20'000)));
}

TEST_CASE("errors inside deep nesting are found quickly") {
    const auto begin = std::chrono::steady_clock::now();
    const Parsed parsed = parse("SELECT " + repeat("(", 990) + "1 1" + repeat(")", 990));
    REQUIRE(parsed.diagnostics.error_count() == 1);
    CHECK(parsed.diagnostics.all()[0].message == "a comma is missing before \"1\"");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("input beyond the limits is refused") {
    ParserLimits limits;
    limits.max_bytes = 100;
    CHECK(parse(std::string(101, ' '), limits).diagnostics.all().at(0).code == DiagnosticCode::input_too_large);
    limits = {};
    limits.max_tokens = 10;
    CHECK(parse("SELECT 1, 2, 3, 4, 5, 6", limits).diagnostics.all().at(0).code == DiagnosticCode::input_too_large);
    CHECK(parse("SELECT 1; SELECT 2; SELECT 3; SELECT 4", limits).script.statements.size() == 4);
}

TEST_CASE("errors are counted and cut off") {
    ParserLimits limits;
    limits.max_errors = 5;
    const Parsed parsed = parse(repeat("SELEC;\n", 1'000), limits);
    CHECK(parsed.diagnostics.error_count() == 5);
    CHECK(parsed.diagnostics.all().back().code == DiagnosticCode::too_many_errors);
}

TEST_CASE("ten megabytes") {
    CHECK(parse(repeat("(", 10'000'000)).diagnostics.error_count() == 1);
    CHECK(parse("SELECT '" + std::string(10'000'000, 'x') + "'").script.statements.size() == 1);
    CHECK(parse("/*" + std::string(10'000'000, '*')).diagnostics.all().at(0).code ==
          DiagnosticCode::unterminated_comment);
    CHECK(parse(repeat("SELEC a;\n", 1'100'000)).diagnostics.error_count() == 100);
    CHECK(parse(std::string(10'000'000, ';')).diagnostics.all().empty());
}

TEST_CASE("bytes that are not text") {
    const Parsed parsed =
        parse(std::string("SELECT 'a\xFF'; SELECT 1; SELECT '\0'; SELECT \xC3\x28; -- \xE2\x82\nSELECT 2", 53));
    REQUIRE(parsed.diagnostics.error_count() == 4);
    CHECK(parsed.diagnostics.all()[0].code == DiagnosticCode::invalid_utf8);
    CHECK(parsed.diagnostics.all()[0].span == SourceSpan{9, 10});
    CHECK(parsed.diagnostics.all()[1].code == DiagnosticCode::nul_byte);
    CHECK(parsed.diagnostics.all()[2].code == DiagnosticCode::invalid_utf8);
    CHECK(parsed.diagnostics.all()[3].code == DiagnosticCode::invalid_utf8);
    CHECK(parsed.script.statements.size() == 1);
}

TEST_CASE("every byte sequence of a small alphabet is answered") {
    // Short texts over the signs that open, close and escape things; none may crash, whatever they say.
    const std::string alphabet = "'\"$eE\\-/*;()[]{} a1.,:=<>xX\n\xC3\x80";
    std::uint32_t state = 12345;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 2 == 0 ? "SELECT " : "";
        for (int i = 0; i < 12; ++i) {
            state = state * 1664525u + 1013904223u;
            text.push_back(alphabet[(state >> 16) % alphabet.size()]);
        }
        const Parsed parsed = parse(text);
        CHECK(parsed.script.statements.size() + parsed.diagnostics.error_count() <= text.size());
        (void)is_incomplete_statement(text);
    }
}
