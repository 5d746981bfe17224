#include "parser/text/utf8.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace laminar;

TEST_CASE("text that is not UTF-8 is found, wherever it stands") {
    const std::vector<std::string> wrong = {"\x80", "\xC3", "\xC0\x80", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                            "\xFF"};
    for (std::size_t size = 0; size < 50; ++size) {
        CHECK(find_invalid_utf8(std::string(size, 'x')) == std::string_view::npos);
        for (std::size_t at = 0; at <= size; ++at) {
            for (const std::string_view right : {"é", "€", "😀"}) {
                std::string text(size, 'x');
                text.insert(at, right);
                CHECK(find_invalid_utf8(text) == std::string_view::npos);
            }
            for (const std::string& part : wrong) {
                std::string text(size, 'x');
                text.insert(at, part);
                CHECK(find_invalid_utf8(text) == at);
                text.insert(0, "é");
                CHECK(find_invalid_utf8(text) == at + 2);
            }
        }
    }
}
