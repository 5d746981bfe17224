#include "parser/text/display_width.h"

#include <doctest/doctest.h>

#include <string>

#include "parser/text/utf8.h"

namespace laminar {
namespace {

using namespace std::string_literals;

TEST_CASE("code points are decoded whatever their length") {
    CHECK(decode_code_point("a").value == U'a');
    CHECK(decode_code_point("ż").value == U'ż');
    CHECK(decode_code_point("日").value == U'日');
    CHECK(decode_code_point("🚀x").value == U'🚀');
    CHECK(decode_code_point("🚀x").length == 4);
    CHECK(decode_code_point("\0x"s).value == 0);
}

TEST_CASE("what is not UTF-8 is one replacement for each byte") {
    for (const std::string& text : {"\x80"s, "\xC0\xAF"s, "\xC3"s, "\xC3("s, "\xE2\x82"s, "\xED\xA0\x80"s,
                                    "\xF0\x80\x80\x80"s, "\xF5\x80\x80\x80"s, "\xF4\x90\x80\x80"s, "\xFF"s}) {
        CAPTURE(text);
        CHECK(decode_code_point(text).value == 0xFFFD);
        CHECK(decode_code_point(text).length == 1);
    }
}

TEST_CASE("widths") {
    CHECK(display_width(U'a') == 1);
    CHECK(display_width(U'ż') == 1);
    CHECK(display_width(0x0301) == 0);  // combining acute accent
    CHECK(display_width(0x200D) == 0);  // zero width joiner
    CHECK(display_width(0xFE0F) == 0);  // variation selector
    CHECK(display_width(U'日') == 2);
    CHECK(display_width(U'한') == 2);
    CHECK(display_width(U'Ａ') == 2);
    CHECK(display_width(U'🚀') == 2);
    CHECK(display_width(0x10FFFF) == 1);
    CHECK(display_width(0x0E8B0F) == 1);
    CHECK(display_width(0x11D3) == 0);   // vowel of a Korean syllable
    CHECK(display_width(0x1F3FD) == 0);  // skin tone
    CHECK(display_width(0x1F1E9) == 2);  // half of a flag
    CHECK(display_width(0x0712) == 1);
    CHECK(display_width(0x08D4) == 0);   // combining mark of Arabic
    CHECK(display_width(0x11C92) == 0);  // combining mark of Marchen
    CHECK(display_width(0x0903) == 1);   // a mark that takes room
}

TEST_CASE("controls and direction overrides are unsafe") {
    CHECK(is_unsafe_to_show(0x1B));
    CHECK(is_unsafe_to_show(0x7F));
    CHECK(is_unsafe_to_show(0x9B));
    CHECK(is_unsafe_to_show(0x202E));
    CHECK(is_unsafe_to_show(0x2066));
    CHECK_FALSE(is_unsafe_to_show(U'a'));
    CHECK_FALSE(is_unsafe_to_show(0xA0));
    CHECK_FALSE(is_unsafe_to_show(U'日'));
}

}  // namespace
}  // namespace laminar
