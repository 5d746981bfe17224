#include "cli/terminal/cell_text.h"

#include <doctest/doctest.h>

using namespace laminar;

TEST_CASE("what could steer a terminal or break a line is escaped") {
    CHECK(escape_controls("plain Grüße 日本 😀") == "plain Grüße 日本 😀");
    CHECK(escape_controls("a\nb\tc\rd") == "a\\nb\\tc\\rd");
    CHECK(escape_controls("\x1b[31mred") == "\\u{1B}[31mred");
    CHECK(escape_controls(std::string_view("\0", 1)) == "\\u{0}");
    CHECK(escape_controls("\u202Eabc") == "\\u{202E}abc");
    CHECK(escape_controls("\xFF") == "\uFFFD");
}

TEST_CASE("width counts terminal columns") {
    CHECK(text_width("") == 0);
    CHECK(text_width("abc") == 3);
    CHECK(text_width("日本") == 4);
    CHECK(text_width("e\u0301") == 1);
}

TEST_CASE("text is cut between characters") {
    CHECK(cut_to_width("abcdef", 6, true) == "abcdef");
    CHECK(cut_to_width("abcdef", 4, true) == "abc~");
    CHECK(cut_to_width("abcdef", 4, false) == "abc…");
    CHECK(cut_to_width("日本語", 4, true) == "日~");
    CHECK(cut_to_width("abc", 0, true).empty());
}
