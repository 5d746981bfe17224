#include "parser/diagnostic/diagnostic_codes.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace laminar {
namespace {

TEST_CASE("codes are unique, ascending and explained") {
    std::set<std::string_view> seen;
    std::string_view previous;
    for (const DiagnosticCode code : all_diagnostic_codes()) {
        const std::string_view text = diagnostic_code_text(code);
        CAPTURE(text);
        CHECK(seen.insert(text).second);
        CHECK(text.size() == 4);
        CHECK(text.front() == 'L');
        CHECK(previous < text);
        previous = text;
        CHECK(diagnostic_sql_state(code).size() == 5);
        CHECK_FALSE(diagnostic_title(code).empty());
        CHECK_FALSE(diagnostic_title(code).ends_with('.'));
        CHECK(diagnostic_advice(code).ends_with('.'));
    }
    CHECK(diagnostic_code_text(DiagnosticCode::unknown_option) == "L301");
    CHECK(diagnostic_code_text(DiagnosticCode::internal_error) == "L901");
}

TEST_CASE("docs/errors.md is up to date") {
    const std::string path = LAMINAR_SOURCE_DIR "/docs/errors.md";
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
    if (std::getenv("LAMINAR_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << diagnostic_reference();
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file.good(), "docs/errors.md is missing; run parser_tests with LAMINAR_UPDATE=1");
    std::ostringstream content;
    content << file.rdbuf();
    CHECK_MESSAGE(content.str() == diagnostic_reference(), "run parser_tests with LAMINAR_UPDATE=1");
}

}  // namespace
}  // namespace laminar
