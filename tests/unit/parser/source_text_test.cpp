#include "parser/text/source_text.h"

#include <doctest/doctest.h>

namespace laminar {
namespace {

TEST_CASE("lines are found whatever ends them") {
    const SourceText source("a.sql", "one\ntwo\r\n\nfour");
    CHECK(source.line_count() == 4);
    CHECK(source.line(1) == "one");
    CHECK(source.line(2) == "two");
    CHECK(source.line(3).empty());
    CHECK(source.line(4) == "four");
    CHECK(source.line(0).empty());
    CHECK(source.line(5).empty());
    CHECK(source.line_begin(2) == 4);
    CHECK(source.line_begin(4) == 10);
    CHECK(source.line_begin(99) == source.text().size());
}

TEST_CASE("an empty text has one empty line") {
    const SourceText source("a.sql", "");
    CHECK(source.line_count() == 1);
    CHECK(source.line(1).empty());
    CHECK(source.position(0).line == 1);
    CHECK(source.position(0).column == 1);
    CHECK(source.position(100).column == 1);
}

TEST_CASE("columns count code points, also of text that is not UTF-8") {
    const SourceText source("a.sql", "SELECT 'żółw' x\n\xFF\xFE y");
    CHECK(source.position(7).column == 8);
    const auto x = static_cast<std::uint32_t>(source.text().find('x'));
    CHECK(source.position(x).column == 15);
    const auto y = static_cast<std::uint32_t>(source.text().find('y'));
    CHECK(source.position(y).line == 2);
    CHECK(source.position(y).column == 4);
}

TEST_CASE("the line break belongs to the line it ends") {
    const SourceText source("a.sql", "ab\ncd");
    CHECK(source.position(2).line == 1);
    CHECK(source.position(2).column == 3);
    CHECK(source.position(3).line == 2);
    CHECK(source.position(5).column == 3);
}

TEST_CASE("a byte order mark takes no column") {
    const SourceText source("a.sql", "\xEF\xBB\xBFSELECT 1");
    CHECK(source.position(3).column == 1);
    CHECK(source.position(10).column == 8);
}

TEST_CASE("slices are clamped to the text") {
    const SourceText source("a.sql", "abcdef");
    CHECK(source.slice({1, 3}) == "bc");
    CHECK(source.slice({4, 100}) == "ef");
    CHECK(source.slice({50, 100}).empty());
    CHECK(source.slice({3, 1}).empty());
}

}  // namespace
}  // namespace laminar
