// MessagePack and CBOR as the JSON that they stand for, and back.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>

#include "connectors/codec/binary/payload_translator.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {
namespace {

using namespace std::string_literals;

std::string json_of(MessageFormat format, const std::string& payload) {
    PayloadTranslator translator(format);
    std::string_view json;
    const auto error = translator.translate(payload, json);
    return error ? error->type + ": " + error->message : std::string(json);
}

std::string binary_of(MessageFormat format, std::string json) {
    translate_from_json(format, json);
    return json;
}

std::string msgpack(const std::string& payload) { return json_of(MessageFormat::msgpack, payload); }
std::string cbor(const std::string& payload) { return json_of(MessageFormat::cbor, payload); }

constexpr const char* documents[] = {
    R"({"e":"trade","p":4.5,"q":-17,"ok":true,"none":null,"tags":["a","b",[]],"by":{"id":18446744073709551615}})",
    R"([1,-1,127,128,-32,-33,-128,-129,255,256,65535,65536,-32768,-32769,4294967295,4294967296,-2147483649])",
    R"([9223372036854775807,-9223372036854775808,0,0.1,-1.5e+300,1.0])",
    R"("\u0000\n\"\\ – 😀")",
    R"({"":{}})",
    "true",
};

}  // namespace

TEST_CASE("binary formats: what JSON becomes is read back as the same") {
    for (const MessageFormat format : {MessageFormat::msgpack, MessageFormat::cbor}) {
        for (const char* document : documents) CHECK(json_of(format, binary_of(format, document)) == document);
        const std::string text = '"' + std::string(70'000, 'x') + '"';
        CHECK(json_of(format, binary_of(format, text)) == text);
        std::string array = "[0";
        for (int i = 1; i < 70'000; ++i) array += "," + std::to_string(i);
        array += ']';
        CHECK(json_of(format, binary_of(format, array)) == array);
    }
    // Whole numbers beyond 64 bits: one format has them.
    CHECK(cbor(binary_of(MessageFormat::cbor, "[18446744073709551616,-18446744073709551617]")) ==
          "[18446744073709551616,-18446744073709551617]");
    CHECK(msgpack(binary_of(MessageFormat::msgpack, "[18446744073709551616]")) == R"(["18446744073709551616"])");
}

TEST_CASE("binary formats: MessagePack that JSON has no words for") {
    CHECK(msgpack("\xc4\x03\x00\xff\x10"s) == R"("AP8Q")");
    CHECK(msgpack("\x82\x01\xa1x\xc3\x02"s) == R"({"1":"x","true":2})");
    CHECK(msgpack("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"s) == "null");
    CHECK(msgpack("\xca\x3f\xc0\x00\x00"s) == "1.5");
    CHECK(msgpack("\xd6\xff\x65\x92\x00\x81"s) == R"("2024-01-01T00:00:01Z")");
    CHECK(msgpack("\xd7\xff\x77\x35\x94\x00\x65\x92\x00\x81"s) == R"("2024-01-01T00:00:01.500000000Z")");
    CHECK(msgpack("\xc7\x0c\xff\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff"s) ==
          R"("1969-12-31T23:59:59.000000001Z")");
    CHECK(msgpack("\xd4\x05\x2a"s) == R"({"type":5,"data":"Kg=="})");
    CHECK(msgpack("\x01\x81\xa1"
                  "a\x02\x90"s) == "1\n{\"a\":2}\n[]");
}

TEST_CASE("binary formats: CBOR that JSON has no words for") {
    CHECK(cbor("\x43\x00\xff\x10"s) == R"("AP8Q")");
    CHECK(cbor("\xbf\x61"
               "a\x9f\x01\x02\xff\x01\xf6\xff"s) == R"({"a":[1,2],"1":null})");
    CHECK(cbor("\x7f\x61"
               "a\x62"
               "bc\xff"s) == R"("abc")");
    CHECK(cbor("\xf9\x3e\x00"s) == "1.5");
    CHECK(cbor("\xf9\x7c\x00"s) == "null");
    CHECK(cbor("\xf7"s) == "null");
    CHECK(cbor("\xc1\x1a\x65\x92\x00\x81"s) == "1704067201");
    CHECK(cbor("\xc0\x6a"
               "2024-01-01"s) == R"("2024-01-01")");
    CHECK(cbor("\x3b\xff\xff\xff\xff\xff\xff\xff\xff"s) == "-18446744073709551616");
    CHECK(cbor("\xc2\x49\x01\x00\x00\x00\x00\x00\x00\x00\x00"s) == "18446744073709551616");
    CHECK(cbor("\xc3\x41\x05"s) == "-6");
}

TEST_CASE("binary formats: what is cut off, or lies about its length, is an error at once") {
    for (const MessageFormat format : {MessageFormat::msgpack, MessageFormat::cbor}) {
        const std::string whole = binary_of(format, documents[0]);
        for (std::size_t length = 1; length < whole.size(); ++length) {
            CHECK(json_of(format, whole.substr(0, length)).find("the message ends after") != std::string::npos);
        }
    }
    for (const char* lie : {"\xdf\xff\xff\xff\xff", "\xdd\xff\xff\xff\xff", "\xdb\xff\xff\xff\xff",
                            "\xc6\xff\xff\xff\xff", "\xc9\xff\xff\xff\xff"})
        CHECK(msgpack(lie) == "invalid_msgpack: the message ends after 5 bytes, within a value");
    for (const std::string& lie : {"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"s, "\xbb\xff\xff\xff\xff\xff\xff\xff\xff"s,
                                   "\x7b\xff\xff\xff\xff\xff\xff\xff\xff"s, "\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"s})
        CHECK(cbor(lie) == "invalid_cbor: the message ends after 9 bytes, within a value");
    CHECK(msgpack("\xc1"s) == "invalid_msgpack: no MessagePack at byte 0: 0xc1 begins no value");
    CHECK(msgpack("\xa2\xc3\x28"s) == "invalid_msgpack: no MessagePack at byte 0: a text is not UTF-8");
    CHECK(msgpack("\x81\x90\x01"s) == "invalid_msgpack: no MessagePack at byte 1: an array is the key of a map");
    CHECK(msgpack("\xd7\xff\xff\xff\xff\xff\x00\x00\x00\x00"s) ==
          "invalid_msgpack: no MessagePack at byte 0: a timestamp has more nanoseconds than a second");
    CHECK(cbor("\xff"s) == "invalid_cbor: no CBOR at byte 0: nothing is there that could end");
    CHECK(cbor("\x82\x01\xff"s) == "invalid_cbor: no CBOR at byte 2: nothing is there that could end");
    CHECK(cbor("\xbf\x01\xff"s) == "invalid_cbor: no CBOR at byte 2: a key of a map has no value");
    CHECK(cbor("\x7f\x41\x00\xff"s) == "invalid_cbor: no CBOR at byte 1: a string of parts mixes text and bytes");
    CHECK(cbor("\x7f\x01\xff"s) == "invalid_cbor: no CBOR at byte 1: a string of parts has other parts than strings");
    CHECK(cbor("\xa1\x80\x01"s) == "invalid_cbor: no CBOR at byte 1: an array is the key of a map");
    CHECK(cbor("\x1c"s) == "invalid_cbor: no CBOR at byte 0: such an item does not exist");
    CHECK(cbor("\xc2\x58\x11\x01"s + std::string(16, '\0')) ==
          "invalid_cbor: no CBOR at byte 1: a number has more than 128 bits");
}

TEST_CASE("binary formats: depth has a limit, which costs no stack") {
    for (const std::size_t depth : {std::size_t{512}, std::size_t{513}, std::size_t{1'000'000}}) {
        const std::string flat(depth == 512 ? 511 : depth, '\x91');
        const std::string arrays = msgpack(flat + '\x90');
        CHECK((arrays.find("too_deep") == 0) == (depth > 512));
        const std::string nested = cbor(std::string(depth == 512 ? 511 : depth, '\x81') + '\x80');
        CHECK((nested.find("too_deep") == 0) == (depth > 512));
    }
    CHECK(msgpack(std::string(1000, '\x91')) == "too_deep: the message is nested deeper than 512 levels at byte 512");
}

TEST_CASE("binary formats: any bytes make JSON or an error, and not much of it") {
    std::minstd_rand random(11);
    for (const MessageFormat format : {MessageFormat::msgpack, MessageFormat::cbor}) {
        PayloadTranslator translator(format);
        for (int turn = 0; turn < 30'000; ++turn) {
            // Half of them are damaged messages, which go wrong later.
            std::string payload;
            if (turn % 2 == 0) {
                for (std::size_t left = random() % 40; left > 0; --left) payload += static_cast<char>(random() >> 8);
            } else {
                payload = binary_of(format, documents[random() % 3]);
                for (int damage = 0; damage < 3; ++damage)
                    payload[random() % payload.size()] = static_cast<char>(random() >> 8);
            }
            std::string_view json;
            if (translator.translate(payload, json)) continue;
            CHECK(json.size() <= payload.size() * 40);
            for (std::size_t from = 0; from < json.size();) {
                const std::size_t end = std::min(json.find('\n', from), json.size());
                REQUIRE(is_json_value(json.substr(from, end - from)));
                from = end + 1;
            }
        }
    }
}

TEST_CASE("binary formats: other separators than line feeds") {
    PayloadTranslator translator(MessageFormat::json, "\x1e");
    std::string_view json;
    CHECK_FALSE(translator.translate("{\"a\":1}\x1e{\"a\":2}\x1e", json));
    CHECK(json == "{\"a\":1}\n{\"a\":2}");
    CHECK_FALSE(PayloadTranslator(MessageFormat::json).is_needed());
}

TEST_CASE("binary formats: values on lines of their own stand one after the other") {
    for (const MessageFormat format : {MessageFormat::msgpack, MessageFormat::cbor}) {
        const std::string rows = "{\"n\":1}\n{\"n\":2}\n[3]";
        CHECK(binary_of(format, rows) ==
              binary_of(format, "{\"n\":1}") + binary_of(format, "{\"n\":2}") + binary_of(format, "[3]"));
        CHECK(json_of(format, binary_of(format, rows)) == rows);
        CHECK(json_of(format, binary_of(format, "{} x")) == R"("{} x")");
    }
}

TEST_CASE("binary formats: of a written text a JSON object or array becomes the format") {
    std::string document = R"( {"op":"subscribe"})";
    CHECK(translate_document(MessageFormat::msgpack, document));
    CHECK(msgpack(document) == R"({"op":"subscribe"})");
    for (const char* text : {"ping", "2", "{broken", "", "\"quoted\""}) {
        std::string same = text;
        CHECK_FALSE(translate_document(MessageFormat::cbor, same));
        CHECK(same == text);
    }
    std::string json = "[1]";
    CHECK_FALSE(translate_document(MessageFormat::json, json));
}

TEST_CASE("separators: one behind the last value separates nothing") {
    PayloadTranslator translator(MessageFormat::json, "\x1e");
    std::string_view json;
    CHECK_FALSE(translator.translate("{}\x1e", json));
    CHECK(json == "{}");
    CHECK_FALSE(translator.translate("{}\x1e[1]\x1e", json));
    CHECK(json == "{}\n[1]");
    CHECK_FALSE(translator.translate("\x1e", json));
    CHECK(json.empty());
}

TEST_CASE("binary formats: what comes as text is JSON already") {
    for (const MessageFormat format : {MessageFormat::msgpack, MessageFormat::cbor}) {
        PayloadTranslator translator(format);
        std::string_view payload = "{\"ok\":true}";
        CHECK_FALSE(translator.translate(payload, payload, false));
        CHECK(payload == "{\"ok\":true}");
    }
}

TEST_CASE("changes of Debezium: each has its row in front, with what is done to it") {
    const auto changed = [](const std::string& payload) { return json_of(MessageFormat::debezium_json, payload); };
    CHECK(changed(R"({"before":null,"after":{"id":1},"op":"c"})") ==
          R"({"change":{"__laminar_op":"c","id":1},"before":null,"after":{"id":1},"op":"c"})");
    CHECK(changed(R"( { "payload" : {"op":"d", "before":{ } } } )") ==
          R"({"change":{"__laminar_op":"d"},"op":"d", "before":{ } })");
    CHECK(changed("[{\"after\":{\"a\":1},\"op\":\"r\"},null,{\"op\":\"m\"}]\n{\"x\":1}") ==
          "{\"change\":{\"__laminar_op\":\"r\",\"a\":1},\"after\":{\"a\":1},\"op\":\"r\"}\n{\"x\":1}");
    CHECK(changed("{broken") == "{broken");
    CHECK(changed("null") == "");
    CHECK(changed(R"({"op":"t"})").starts_with("invalid_change: a truncation"));
    CHECK(changed(R"({"op":"d","before":null})").starts_with("invalid_change: a deletion"));
    CHECK(changed(R"({"op":"z","after":{}})").starts_with("invalid_change: \"z\" is no op"));
}

}  // namespace laminar
