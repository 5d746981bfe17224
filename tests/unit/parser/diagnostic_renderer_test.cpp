#include "parser/diagnostic/diagnostic_renderer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

namespace laminar {
namespace {

SourceTextPtr make_source(std::string text) { return std::make_shared<const SourceText>("feed.sql", std::move(text)); }

/// An error that marks the first occurrence of what in text.
Diagnostic mark(const std::string& text, std::string_view what, std::string message = "m", std::string hint = {}) {
    Diagnostic diagnostic;
    diagnostic.code = DiagnosticCode::unknown_option;
    diagnostic.message = std::move(message);
    diagnostic.source = make_source(text);
    const auto begin = static_cast<std::uint32_t>(text.find(what));
    diagnostic.span = {begin, begin + static_cast<std::uint32_t>(what.size())};
    diagnostic.hint = std::move(hint);
    return diagnostic;
}

TEST_CASE("credentials in the line are masked, positions stay") {
    const auto shown = [](const std::string& line) {
        const std::string text = render_diagnostic(mark(line, line));
        const std::size_t begin = text.find("| ") + 2;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    CHECK(shown("auth_token = 'abc', port = 1") == "auth_token = '***', port = 1");
    CHECK(shown("MAP {'X-API-Key': 'it''s', 'Accept': 'all'}") == "MAP {'X-API-Key': '*****', 'Accept': 'all'}");
    CHECK(shown("basic_auth = 'me:${secret:pass}x'") == "basic_auth = '***${secret:pass}*'");
    CHECK(shown("endpoint = 'ws://me:pw@h/p?a=1&token=t&b=2'") == "endpoint = 'ws://me:**@h/p?a=1&token=*&b=2'");
    CHECK(shown("endpoint = 'ws://h:80/p@q'") == "endpoint = 'ws://h:80/p@q'");
    CHECK(shown("tls_key = '-----BEGIN") == "tls_key = '**********");
    CHECK(shown("endpoint = 'ws://me:p/w@h/'") == "endpoint = 'ws://me:***@h/'");
    CHECK(shown("proxy = 'me:pw@h:1'") == "proxy = 'me:**@h:1'");
    CHECK(shown("proxy = 'socks5://me:pw@h:1'") == "proxy = 'socks5://me:**@h:1'");
    CHECK(shown("proxy = 'me:pw@http://h:1'") == "proxy = 'me:**@http://h:1'");
    CHECK(shown("proxy = 'h:1'") == "proxy = 'h:1'");
    CHECK(shown("SELECT 'token', x FROM t WHERE y = 'z'") == "SELECT 'token', x FROM t WHERE y = 'z'");
}

TEST_CASE("credentials in literals of several lines are masked on each of them") {
    const std::string text =
        "CREATE CONNECTION c TO websocket ( -- it's\n auth_token =\n 'one\ntwo', /* ' */ port = 'x\ny');";
    const auto shown = [&text](const std::string& marked) {
        const std::string rendered = render_diagnostic(mark(text, marked));
        const std::size_t begin = rendered.find("| ") + 2;
        return rendered.substr(begin, rendered.find('\n', begin) - begin);
    };
    CHECK(shown("'one") == " '***");
    CHECK(shown("two") == "***', /* ' */ port = 'x");
    CHECK(shown("y'") == "y');");
}

TEST_CASE("position, message, line, carets and hint") {
    const Diagnostic diagnostic = mark("CREATE CONNECTION c TO websocket (\n    formt = 'json'\n);\n", "formt",
                                       "unknown option \"formt\"", "did you mean \"format\"?");
    CHECK(render_diagnostic(diagnostic) ==
          "feed.sql:2:5: error[L301]: unknown option \"formt\"\n"
          " 2 |     formt = 'json'\n"
          "   |     ^^^^^\n"
          "   = hint: did you mean \"format\"?\n");
}

TEST_CASE("severities have their words") {
    Diagnostic diagnostic = mark("SELECT x", "x");
    diagnostic.severity = Severity::warning;
    CHECK(render_diagnostic(diagnostic) == "feed.sql:1:8: warning[L301]: m\n 1 | SELECT x\n   |        ^\n");
    diagnostic.severity = Severity::note;
    CHECK(render_diagnostic(diagnostic).starts_with("feed.sql:1:8: note[L301]: m\n"));
}

TEST_CASE("a finding without a text is its message alone") {
    Diagnostic diagnostic;
    diagnostic.code = DiagnosticCode::connection_failed;
    diagnostic.message = "connection refused";
    diagnostic.hint = "is the server up?";
    CHECK(render_diagnostic(diagnostic) == "error[L603]: connection refused\n   = hint: is the server up?\n");
}

TEST_CASE("an empty span has one caret, also behind the last character") {
    Diagnostic diagnostic = mark("SELECT", "SELECT");
    diagnostic.span = {6, 6};
    CHECK(render_diagnostic(diagnostic) == "feed.sql:1:7: error[L301]: m\n 1 | SELECT\n   |       ^\n");
}

TEST_CASE("an empty line and positions beyond the text are shown") {
    Diagnostic diagnostic = mark("SELECT\n", "SELECT");
    diagnostic.span = {7, 7};
    CHECK(render_diagnostic(diagnostic) == "feed.sql:2:1: error[L301]: m\n 2 |\n   | ^\n");
    diagnostic.span = {900, 905};
    CHECK(render_diagnostic(diagnostic) == "feed.sql:2:1: error[L301]: m\n 2 |\n   | ^\n");
    diagnostic.source = make_source("");
    CHECK(render_diagnostic(diagnostic) == "feed.sql:1:1: error[L301]: m\n 1 |\n   | ^\n");
}

TEST_CASE("a span over several lines is marked on its first") {
    const Diagnostic diagnostic = mark("a (b,\nc) d", "(b,\nc)");
    CHECK(render_diagnostic(diagnostic) == "feed.sql:1:3: error[L301]: m\n 1 | a (b,\n   |   ^^^\n");
}

TEST_CASE("the frame is as wide as the line number") {
    const Diagnostic diagnostic = mark(std::string(99, '\n') + "x y", "y", "m", "h");
    CHECK(render_diagnostic(diagnostic) == "feed.sql:100:3: error[L301]: m\n 100 | x y\n     |   ^\n     = hint: h\n");
}

TEST_CASE("tabs advance to the next stop") {
    const Diagnostic diagnostic = mark("\tab\tx", "x");
    CHECK(render_diagnostic(diagnostic) == "feed.sql:1:5: error[L301]: m\n 1 |     ab  x\n   |         ^\n");
}

TEST_CASE("wide characters take two carets, combining marks none") {
    CHECK(render_diagnostic(mark("'日本' x", "x")) == "feed.sql:1:6: error[L301]: m\n 1 | '日本' x\n   |        ^\n");
    CHECK(render_diagnostic(mark("'日本' x", "日本")) == "feed.sql:1:2: error[L301]: m\n 1 | '日本' x\n   |  ^^^^\n");
    CHECK(render_diagnostic(mark("'🚀' x", "x")) == "feed.sql:1:5: error[L301]: m\n 1 | '🚀' x\n   |      ^\n");
    CHECK(render_diagnostic(mark("e\xCC\x81 x", "x")) == "feed.sql:1:4: error[L301]: m\n 1 | e\xCC\x81 x\n   |   ^\n");
}

TEST_CASE("what could harm a terminal is not shown") {
    const std::string escape = render_diagnostic(mark("a\033[31m\x01 b", "b"));
    CHECK(escape == "feed.sql:1:9: error[L301]: m\n 1 | a [31m  b\n   |         ^\n");
    const std::string override = render_diagnostic(mark("a\xE2\x80\xAE b", "b"));
    CHECK(override == "feed.sql:1:4: error[L301]: m\n 1 | a  b\n   |    ^\n");
    const std::string invalid = render_diagnostic(mark("a\xFF\xC0 b", "b"));
    CHECK(invalid == "feed.sql:1:5: error[L301]: m\n 1 | a\xEF\xBF\xBD\xEF\xBF\xBD b\n   |     ^\n");
    Diagnostic message = mark("x", "x", "peer said \033]0;title\007", "a\nb\rc");
    CHECK(render_diagnostic(message) ==
          "feed.sql:1:1: error[L301]: peer said  ]0;title \n 1 | x\n   | ^\n   = hint: a\n           b c\n");
}

TEST_CASE("a carriage return before the line break is not part of the line") {
    CHECK(render_diagnostic(mark("x y\r\nz", "y")) == "feed.sql:1:3: error[L301]: m\n 1 | x y\n   |   ^\n");
}

/// The text of the line and of the carets, without the frame.
std::pair<std::string, std::string> lines_of(const std::string& rendered) {
    const std::size_t line = rendered.find('\n') + 1 + 5;
    const std::size_t line_end = rendered.find('\n', line);
    const std::size_t carets = line_end + 1 + 5;
    return {rendered.substr(line, line_end - line), rendered.substr(carets, rendered.find('\n', carets) - carets)};
}

TEST_CASE("a long line is cut around the mark") {
    const std::string text = std::string(500, 'a') + " needle " + std::string(500, 'b');
    const auto [line, carets] = lines_of(render_diagnostic(mark(text, "needle"), {.color = false, .max_width = 80}));
    CHECK(line.size() <= 75);
    CHECK(line.starts_with("...aaa"));
    CHECK(line.ends_with("bbb..."));
    CHECK(carets.find('^') == line.find("needle"));
    CHECK(carets.size() == line.find("needle") + 6);
}

TEST_CASE("a mark wider than the window fills it") {
    const std::string text = "x " + std::string(5000, 'y');
    const auto [line, carets] =
        lines_of(render_diagnostic(mark(text, std::string(5000, 'y')), {.color = false, .max_width = 60}));
    CHECK(line.size() <= 55);
    CHECK(carets.size() <= 55);
    CHECK(carets.starts_with("  ^^^"));
}

TEST_CASE("the ends of a long line are not cut without need") {
    const std::string text = "needle " + std::string(500, 'b');
    const auto [line, carets] = lines_of(render_diagnostic(mark(text, "needle"), {.color = false, .max_width = 80}));
    CHECK(line.starts_with("needle bbb"));
    CHECK(line.ends_with("b..."));
    CHECK(carets == "^^^^^^");
    const std::string reversed = std::string(500, 'b') + " needle";
    const auto [tail, tail_carets] =
        lines_of(render_diagnostic(mark(reversed, "needle"), {.color = false, .max_width = 80}));
    CHECK(tail.starts_with("...b"));
    CHECK(tail.ends_with(" needle"));
    CHECK(tail_carets.find('^') == tail.find("needle"));
}

TEST_CASE("wide characters in a cut line keep the caret in its place") {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "日";
    text += " x";
    const auto [line, carets] = lines_of(render_diagnostic(mark(text, "x"), {.color = false, .max_width = 41}));
    // Three bytes and two columns each.
    const std::size_t wide = static_cast<std::size_t>(std::count(line.begin(), line.end(), '\xE6'));
    const std::size_t before = line.find('x');
    CHECK(carets.find('^') == before - wide);
}

TEST_CASE("one line of many megabytes costs no more than its neighbourhood") {
    std::string text(20u << 20, 'a');
    text += " needle";
    const std::string rendered = render_diagnostic(mark(text, "needle"), {.color = false, .max_width = 80});
    CHECK(rendered.size() < 400);
    CHECK(rendered.find("needle") != std::string::npos);
}

TEST_CASE("a width that leaves no room still renders") {
    const std::string rendered = render_diagnostic(mark("abcdefgh x", "x"), {.color = false, .max_width = 0});
    CHECK(rendered.find('^') != std::string::npos);
}

TEST_CASE("colour is added around, not inside, the words") {
    const std::string rendered = render_diagnostic(mark("x", "x", "message", "hint"), {.color = true, .max_width = 80});
    CHECK(rendered ==
          "\033[1mfeed.sql:1:1:\033[0m \033[1;31merror[L301]:\033[0m \033[1mmessage\033[0m\n"
          "\033[1;34m 1 |\033[0m x\n"
          "\033[1;34m   |\033[0m \033[1;31m^\033[0m\n"
          "\033[1;34m   =\033[0m \033[1mhint:\033[0m hint\n");
}

TEST_CASE("findings are kept in order and errors counted") {
    Diagnostics diagnostics(make_source("x"));
    CHECK_FALSE(diagnostics.has_errors());
    diagnostics.warning(DiagnosticCode::undecided_type, {0, 1}, "first");
    CHECK_FALSE(diagnostics.has_errors());
    diagnostics.error(DiagnosticCode::syntax_error, {0, 1}, "second", "hint");
    diagnostics.note(DiagnosticCode::syntax_error, {0, 1}, "third");
    CHECK(diagnostics.error_count() == 1);
    REQUIRE(diagnostics.all().size() == 3);
    CHECK(diagnostics.all()[1].message == "second");
    CHECK(diagnostics.all()[1].hint == "hint");
    CHECK(diagnostics.all()[2].severity == Severity::note);
    CHECK(diagnostics.all()[0].source == diagnostics.source());
}

}  // namespace
}  // namespace laminar
