// Protocol Buffers messages as the JSON that they stand for, and back. Against an independent library:
// test_protobuf.py.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <variant>

#include "connectors/codec/binary/protobuf_types.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {
namespace {

using namespace std::string_literals;

constexpr std::string_view declarations = R"(
syntax = "proto3";
import "google/protobuf/wrappers.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
enum Side { NONE = 0; BUY = 1; }
message Trade {
  string symbol = 1;
  sint64 change = 2;
  repeated int32 numbers = 3;
  map<string, double> levels = 4;
  Side side = 5;
  bytes raw = 6;
  Trade below = 7;
  google.protobuf.DoubleValue d = 8;
  google.protobuf.FloatValue f = 9;
  google.protobuf.Int64Value i64 = 10;
  google.protobuf.UInt64Value u64 = 11;
  google.protobuf.Int32Value i32 = 12;
  google.protobuf.UInt32Value u32 = 13;
  google.protobuf.StringValue s = 14;
  google.protobuf.BytesValue b = 15;
  google.protobuf.BoolValue t = 16;
  google.protobuf.Struct any = 17;
  google.protobuf.ListValue list = 18;
  google.protobuf.Value value = 19;
  google.protobuf.Timestamp at = 20;
  google.protobuf.Duration lag = 21;
  optional fixed64 big = 22;
}
)";

/// The types of the declarations, read from a file in a folder that is gone with this.
class Types {
public:
    Types() {
        std::string path = (std::filesystem::temp_directory_path() / "laminar-protobuf-XXXXXX").string();
        REQUIRE(mkdtemp(path.data()) != nullptr);
        folder_ = path;
        std::ofstream(folder_ / "trade.proto") << declarations;
        auto loaded = ProtobufTypes::load({(folder_ / "trade.proto").string(), {}, "Trade", ""});
        REQUIRE(std::holds_alternative<std::shared_ptr<const ProtobufTypes>>(loaded));
        types_ = std::get<std::shared_ptr<const ProtobufTypes>>(loaded);
    }
    ~Types() { std::filesystem::remove_all(folder_); }
    Types(const Types&) = delete;
    Types& operator=(const Types&) = delete;

    /// The message of JSON, or "problem: " and why there is none.
    [[nodiscard]] std::string message_of(std::string json) const {
        const auto problem = types_->make_message(json);
        return problem ? "problem: " + *problem : json;
    }
    /// The JSON of a message, or the type of the error and its text.
    [[nodiscard]] std::string json_of(const std::string& message) const {
        std::string json;
        const auto error = types_->append_as_json(message, json);
        return error ? error->type + ": " + error->message : json;
    }

private:
    std::filesystem::path folder_;
    std::shared_ptr<const ProtobufTypes> types_;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("protobuf: each kind of field goes out and comes back") {
    const Types types;
    for (const std::string member :
         {R"("symbol":"ä\u0000\"")", R"("change":-9223372036854775808)", R"("numbers":[1,-1,300,0])",
          R"("levels":{"b":-1.5e300})", R"("side":"BUY")", R"("raw":"AP8=")", R"("d":0.1)", R"("f":0.5)",
          R"("i64":-9223372036854775808)", R"("u64":18446744073709551615)", R"("i32":-7)", R"("u32":4294967295)",
          R"("s":"")", R"("b":"AA==")", R"("t":false)", R"("at":"2024-01-02T03:04:05.678901Z")",
          R"("big":18446744073709551615)", R"("below":{"symbol":"x")"}) {
        CAPTURE(member);
        const std::string message = types.message_of("{" + member + (member.starts_with("\"below\"") ? "}}" : "}"));
        CHECK_FALSE(message.starts_with("problem"));
        CHECK(has(types.json_of(message),
                  member == R"("levels":{"b":-1.5e300})" ? R"("levels":{"b":-1.5e+300})" : member));
    }
    const std::string json =
        types.json_of(types.message_of(R"({"any":{"a":[1,null,{"b":true}]},"list":["x",null],"value":null})"));
    CHECK(has(json, R"("list":["x",null])"));
    CHECK(has(json, R"("b":true)"));
}

TEST_CASE("protobuf: what is absent is left out where its presence counts, and else its default") {
    const Types types;
    CHECK(types.json_of("") == R"({"symbol":"","change":0,"numbers":[],"levels":{},"side":"NONE","raw":""})");
    // A wrapper of nothing is there, with the default of what it wraps.
    CHECK(has(types.json_of("\x42\x00"s), R"("d":0)"));
}

TEST_CASE("protobuf: broken messages are errors, of whatever bytes") {
    const Types types;
    CHECK(types.json_of("\x0a\x05xx"s).starts_with("invalid_protobuf"));
    CHECK(types.json_of("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s).starts_with("invalid_protobuf"));
    CHECK(types.json_of("\x0a\x01\xff"s).starts_with("invalid_"));
    CHECK(types.json_of("\x0b\x0a"s).starts_with("invalid_protobuf"));
    std::string deep;
    for (int i = 0; i < 2000; ++i) {
        std::string length;
        for (std::size_t rest = deep.size();; rest >>= 7U) {
            length += static_cast<char>((rest & 0x7FU) | (rest > 0x7FU ? 0x80U : 0U));
            if (rest <= 0x7FU) break;
        }
        deep = "\x3a" + length + deep;
    }
    CHECK(types.json_of(deep).starts_with("too_deep"));
    std::mt19937 random(1);
    const std::string good = types.message_of(
        R"({"symbol":"x","numbers":[1,2],"levels":{"a":1},"below":{"any":{"a":[1]}},"at":"2024-01-02T03:04:05Z"})");
    for (int i = 0; i < 20'000; ++i) {
        std::string bytes = good.substr(0, random() % (good.size() + 1));
        for (std::size_t times = random() % 4; times > 0 && !bytes.empty(); --times)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        const std::string json = types.json_of(bytes);
        if (!is_json_value(json)) CHECK_MESSAGE((has(json, ": ") && !json.starts_with('{')), json);
    }
}

TEST_CASE("protobuf: what is no message says which field") {
    const Types types;
    CHECK(has(types.message_of(R"({"nothing":1})"), "nothing"));
    CHECK(has(types.message_of(R"({"below":{"numbers":[1,"x"]}})"), "below.numbers"));
    CHECK(has(types.message_of(R"({"i32":2147483648})"), "i32"));
    CHECK(has(types.message_of(R"({"side":"SELL"})"), "side"));
    CHECK(has(types.message_of(R"({"raw":"?"})"), "raw"));
    CHECK(has(types.message_of(R"({"at":"yesterday"})"), "at"));
    CHECK(types.message_of("[]").starts_with("problem"));
}

}  // namespace laminar
