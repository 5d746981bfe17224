#include "parser/text/json_writer.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string_view>

namespace laminar {

TEST_CASE("a JSON document is written value after value") {
    JsonWriter json;
    json.begin_object();
    json.key("file").text("a \"b\"\\\n\x1b");
    json.key("none").text_or_null("").key("some").text_or_null("x").key("empty").text("");
    json.key("numbers").begin_array().number(-1).number(std::numeric_limits<std::uint64_t>::max()).number(2.5);
    json.end_array();
    json.key("flags").begin_array().boolean(true).boolean(false).null().end_array();
    json.end_object();
    CHECK(json.take() == R"({"file":"a \"b\"\\\n\u001B","none":null,"some":"x","empty":"",)"
                         R"("numbers":[-1,18446744073709551615,2.5],"flags":[true,false,null]})");
}

TEST_CASE("bytes that are not UTF-8 become replacement characters, in keys as well") {
    JsonWriter json;
    json.begin_object();
    json.key("k\xff").text("\xC3\xA4\xC3");
    json.end_object();
    CHECK(json.take() == "{\"k\xEF\xBF\xBD\":\"\xC3\xA4\xEF\xBF\xBD\"}");
}

TEST_CASE("zero bytes are part of a text") {
    JsonWriter json;
    json.begin_array().text(std::string_view("a\0b", 3)).end_array();
    CHECK(json.take() == R"(["a\u0000b"])");
}

TEST_CASE("a document may have lines, and another document in it; then comes the next") {
    JsonWriter inner;
    inner.begin_array();
    inner.new_line().number(1);
    inner.new_line().number(2);
    inner.end_array();
    JsonWriter outer;
    outer.begin_object();
    outer.key("inner").document(inner.take()).key("after").boolean(true);
    outer.end_object();
    CHECK(outer.take() == "{\"inner\":[\n1\n,2],\"after\":true}");
    inner.begin_object().end_object();
    CHECK(inner.take() == "{}");
}

}  // namespace laminar
