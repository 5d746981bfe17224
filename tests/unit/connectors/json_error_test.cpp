#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder_fixture.h"

using namespace laminar;

TEST_CASE("errors of one message are bounded") {
    DecoderFixture feed({payload_column("a", "INTEGER")});
    std::string text = "[{\"a\":1}";
    for (int element = 0; element < 1000; ++element) text += ",0";
    const std::optional<MessageError> error = feed.decode(text + "]");
    REQUIRE(error.has_value());
    REQUIRE(error->further.size() == 100);
    CHECK(error->further.back().message == "900 further parts of the message are wrong");
    CHECK(feed.batch.rows == 1);
}

TEST_CASE("a tolerant decoder keeps a row of what it cannot use, and says so") {
    DecoderOptions options;
    options.tolerant = true;
    DecoderFixture feed({payload_column("a", "INTEGER"), payload_column("b", "VARCHAR"),
                         metadata_column("message", "VARCHAR", MetadataField::message)},
                        options);
    std::optional<MessageError> error = feed.decode(R"({"a":"x","b":"kept"})");
    REQUIRE(error.has_value());
    CHECK(error->rows_kept);
    CHECK(error->message == R"(field "a": expected INTEGER, found string "x")");
    CHECK(feed.row(0) == R"([null,"kept","{\"a\":\"x\",\"b\":\"kept\"}"])");

    error = feed.decode(R"({"a":1,)");
    REQUIRE(error.has_value());
    CHECK(error->rows_kept);
    CHECK(error->type == "invalid_json");
    CHECK(feed.row(1) == R"([null,null,"{\"a\":1,"])");

    error = feed.decode("17");
    REQUIRE(error.has_value());
    CHECK(error->type == "type_mismatch");
    CHECK(feed.row(2) == R"([null,null,"17"])");
    CHECK_FALSE(feed.decode(R"({"a":1})").has_value());
    CHECK(feed.batch.rows == 4);
    CHECK(feed.batch.messages == 4);
}

TEST_CASE("errors say what is wrong and where") {
    DecoderFixture feed({payload_column("a", "INTEGER")});
    struct Case {
        std::string_view payload;
        std::string_view error;
    };
    const std::string deep = std::string(513, '[') + std::string(513, ']');
    const std::string deep_unwanted = "{\"x\":" + std::string(512, '[') + std::string(512, ']') + "}";
    const std::vector<Case> cases = {
        {"", "invalid_json: invalid JSON at byte 0: the message is empty"},
        {"  ", "invalid_json: invalid JSON at byte 2: there is no value"},
        {"{", "invalid_json: invalid JSON at byte 1: a member must begin with a name in quotes"},
        {R"({"a" 1})", "invalid_json: invalid JSON at byte 5: missing colon after a name"},
        {R"({"a":1 "b":2})", "invalid_json: invalid JSON at byte 7: missing comma or } after a member"},
        {R"([{"a":1} {"a":2}])", "invalid_json: invalid JSON at byte 9: missing comma or ] after an element"},
        {R"({"a":tru})", "invalid_json: invalid JSON at byte 8: not a value"},
        {R"({"a":01})", "invalid_json: invalid JSON at byte 6: missing comma or } after a member"},
        {R"({"a":1.})", "invalid_json: invalid JSON at byte 7: missing digits after the decimal point"},
        {R"({"a":1e})", "invalid_json: invalid JSON at byte 7: missing digits in an exponent"},
        {R"({"a":NaN})", "invalid_json: invalid JSON at byte 5: not a value"},
        {R"({"a":"x)", "invalid_json: invalid JSON at byte 7: a string without its closing quote"},
        {R"({"b":"\x"})", "invalid_json: invalid JSON at byte 6: unknown escape in a string"},
        {R"({"b":"\u12"})", "invalid_json: invalid JSON at byte 6: \\u wants four hexadecimal digits"},
        {R"({"b":"\ud800"})", "invalid_json: invalid JSON at byte 6: half of a surrogate pair without the other"},
        {R"({"b":"\udc00"})", "invalid_json: invalid JSON at byte 6: half of a surrogate pair without the other"},
        {"{\"b\":\"a\nb\"}", "invalid_json: invalid JSON at byte 7: a control character where it must be escaped"},
        {R"({"a":1} {"a":2})",
         "invalid_json: invalid JSON at byte 8: text after the value; further values must be on lines of their own"},
        {R"({"a":1}x)",
         "invalid_json: invalid JSON at byte 7: text after the value; further values must be on lines of their own"},
        {"42", "type_mismatch: the message is a number; expected an object or an array of objects"},
        {"\"s\"", "type_mismatch: the message is a string; expected an object or an array of objects"},
        {"null", "type_mismatch: the message is null; expected an object or an array of objects"},
        {R"([[],true])", "type_mismatch: element 0 of the message is an array; expected an object"},
        {"[[]]", "type_mismatch: element 0 of the message is an array; expected an object"},
        {"{\"b\":\"\xC3\x28\"}", "invalid_utf8: invalid UTF-8 at byte 6"},
        {"{\"b\":\"\xED\xA0\x80\"}", "invalid_utf8: invalid UTF-8 at byte 6"},
        {deep, "too_deep: the message is nested deeper than 512 levels at byte 512"},
        {deep_unwanted, "too_deep: the message is nested deeper than 512 levels at byte 516"},
    };
    for (const Case& test : cases) {
        CAPTURE(test.payload);
        CHECK(feed.refusal(test.payload) == test.error);
        CHECK(feed.batch.rows == 0);
    }
    CHECK(feed.refusal(std::string_view("{\"b\":\0}", 7)) == "invalid_json: invalid JSON at byte 5: a NUL byte");
    CHECK(feed.batch.rows == 0);
    CHECK(feed.batch.messages == 0);
}

TEST_CASE("values in errors are short, printable and valid UTF-8") {
    DecoderFixture feed({payload_column("a", "INTEGER")});
    CHECK(feed.refusal("{\"a\":\"tab\\there\\u0001\\\"q\\\"\"}") ==
          R"(type_mismatch: field "a": expected INTEGER, found string "tab\there\x01\"q\"")");
    std::string text(59, 'x');
    text += "\xC3\xA9 and more";
    CHECK(feed.refusal("{\"a\":\"" + text + "\"}") ==
          R"(type_mismatch: field "a": expected INTEGER, found string ")" + std::string(59, 'x') + "\"...");
}
