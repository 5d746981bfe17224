#include <doctest/doctest.h>

#include "cli/infer/table_writer.h"
#include "infer_fixture.h"

namespace laminar {
namespace {

std::string type_of(const std::string& name, std::initializer_list<const char*> values) {
    std::vector<std::string> messages;
    for (const char* value : values) messages.push_back("{\"" + name + "\":" + value + "}");
    std::string columns = InferFixture(messages).columns();
    columns = columns.substr(0, columns.find(", WATERMARK"));
    return columns.substr(columns.find(' ') + 1);
}

TEST_CASE("infer: numbers") {
    CHECK(type_of("a", {"1", "2"}) == "BIGINT");
    CHECK(type_of("a", {"1", "2.5"}) == "DOUBLE");
    CHECK(type_of("a", {"18446744073709551615"}) == "UBIGINT");
    CHECK(type_of("a", {"123456789012345678901234567890"}) == "HUGEINT");
    CHECK(type_of("a", {"0.1234567890123456"}) == "DOUBLE");
    CHECK(type_of("a", {"12.123456789012345678"}) == "DECIMAL(38, 18)");
    // What is whole may have fractions later.
    CHECK(type_of("price", {"10", "11"}) == "DOUBLE");
    CHECK(type_of("last_update_id", {"10", "11"}) == "BIGINT");
}

TEST_CASE("infer: numbers in texts are exact") {
    CHECK(type_of("p", {R"("1.50")", R"("2")"}) == "DECIMAL(38, 8)");
    CHECK(type_of("p", {R"("0.1234567890123")"}) == "DECIMAL(38, 18)");
    CHECK(type_of("p", {R"("1e-5")"}) == "DOUBLE");
    CHECK(type_of("trade_id", {R"("130639474")"}) == "BIGINT");
    CHECK(type_of("code", {R"("007")"}) == "TEXT");
    CHECK(type_of("p", {R"("1.5")", R"("")"}) == "TEXT");
    CHECK(type_of("blockNumber", {R"("0x1b4")", R"("0x1b5")"}) == "UBIGINT");
    CHECK(type_of("hash", {R"("0x56ab0d5b6bc1d1b5a1cbde5f0e6a7a4b1b0f2a1cbde5f0e6a7a4b1b0f2a1cbde5")"}) == "TEXT");
    CHECK(InferFixture({R"({"p":"1.5"})"}).options() == "connector = 'feed', coerce = true");
    CHECK(InferFixture({R"({"p":1.5})"}).options() == "connector = 'feed'");
}

TEST_CASE("infer: times and what they are written in") {
    CHECK(type_of("at", {"1767225600123", "1767225600124"}) == "TIMESTAMP WITH (time_unit = 'ms')");
    CHECK(type_of("ts", {"1767225600", "1767225601"}) == "TIMESTAMP WITH (time_unit = 's')");
    CHECK(type_of("time_us", {"1767225600123000"}) == "TIMESTAMP WITH (time_unit = 'us')");
    CHECK(type_of("x", {"1767225600123000000"}) == "TIMESTAMP WITH (time_unit = 'ns')");
    CHECK(type_of("ts", {R"("1767225600123")"}) == "TIMESTAMP WITH (time_unit = 'ms')");
    CHECK(type_of("x", {R"("2026-01-01T00:00:00.1Z")"}) == "TIMESTAMP");
    CHECK(type_of("x", {R"("2026-01-01")"}) == "DATE");
    CHECK(type_of("x", {R"("Thu, 01 Jan 2026 00:00:00 GMT")"}) ==
          "TIMESTAMP WITH (time_format = '%a, %d %b %Y %H:%M:%S %Z')");
    CHECK(type_of("time_utc", {R"("2026-01-01 18:22:32.318353 +0000 UTC")"}) ==
          "TIMESTAMP WITH (time_format = '%Y-%m-%d %H:%M:%S.%f %z %Z')");
    // Numbers of that size that are none.
    CHECK(type_of("id", {"1767225600", "1767225601"}) == "BIGINT");
    CHECK(type_of("trade_id", {"1767225600123"}) == "BIGINT");
    CHECK(type_of("x", {"1767225600"}) == "BIGINT");
    CHECK(type_of("x", {"1467225600123"}) == "BIGINT");
}

TEST_CASE("infer: other scalars, and mixtures") {
    CHECK(type_of("a", {"true", "false"}) == "BOOLEAN");
    CHECK(type_of("a", {R"("true")", "false"}) == "BOOLEAN");
    CHECK(type_of("a", {R"("x")", "null"}) == "TEXT");
    CHECK(type_of("a", {"null"}) == "JSON");
    CHECK(type_of("a", {R"("x")", "1"}) == "TEXT");
    CHECK(type_of("a", {R"("x")", "[1]"}) == "JSON");
}

TEST_CASE("infer: lists and structures") {
    CHECK(type_of("a", {"[1,2]", "[]"}) == "BIGINT[]");
    CHECK(type_of("a", {R"(["x"])"}) == "TEXT[]");
    CHECK(type_of("a", {"[]"}) == "JSON");
    CHECK(type_of("a", {R"([1,"x"])"}) == "TEXT[]");
    CHECK(type_of("a", {R"([{"x":1},2])"}) == "JSON");
    CHECK(InferFixture({R"({"b":[["1.5","2"]],"a":[["1.6","3"]],"s":"X"})"}).columns() ==
          "b DECIMAL(38, 8)[][], a DECIMAL(38, 8)[][], s TEXT");
}

TEST_CASE("infer: nested objects are columns with paths") {
    CHECK(InferFixture({R"({"venue":{"name":"A","id":1},"name":"B"})"}).columns() ==
          "name TEXT WITH (json_path = '$.venue.name'), id BIGINT WITH (json_path = '$.venue.id'), name_2 TEXT WITH "
          "(json_path = '$.name')");
}

TEST_CASE("infer: names that columns cannot have as they are") {
    CHECK(
        InferFixture({R"({"end":1,"$type":"a","a.b":2,"e":3,"E":4})"}).columns() ==
        R"("end" BIGINT, type TEXT WITH (json_path = '$."$type"'), a_b BIGINT WITH (json_path = '$."a.b"'), "e" BIGINT, "E" BIGINT)");
    CHECK(InferFixture({R"({"message":"a","session_id":7})"}).columns() ==
          "message TEXT WITH (json_path = '$.message'), peer_session_id BIGINT WITH (json_path = '$.session_id')");
}

TEST_CASE("infer: lists of rows, with what the message says beside them") {
    const InferFixture found({R"({"s":"A","ts":1767225600123,"data":[{"p":1,"q":2},{"p":3,"q":4}]})",
                              R"({"s":"A","ts":1767225600124,"data":[]})"});
    CHECK(found.columns() ==
          "p BIGINT, q BIGINT, s TEXT WITH (message_path = '$.s'), ts TIMESTAMP WITH (message_path = '$.ts', time_unit "
          "= 'ms'), "
          "WATERMARK FOR ts AS ts - INTERVAL '1 second'");
    CHECK(found.options() == "connector = 'feed', rows = '$.data[*]', accept = MAP {'$.data': EXISTS}");
}

TEST_CASE("infer: a list beside much else is a column") {
    const InferFixture found({R"({"id":1,"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"fills":[{"p":1,"q":2}]})"});
    CHECK(found.options() == "connector = 'feed'");
    CHECK(found.columns().find("fills STRUCT(p BIGINT, q BIGINT)[]") != std::string::npos);
}

TEST_CASE("infer: rows in lists in lists, as long as nothing is lost on the way") {
    const InferFixture deep(
        {R"({"channel":"ticker","events":[{"type":"update","tickers":[{"id":"A","p":1},{"id":"B","p":2}]}]})"});
    CHECK(deep.options() == "connector = 'feed', rows = '$.events[*].tickers[*]', accept = MAP {'$.events': EXISTS}");
    const InferFixture flat(
        {R"({"channel":"l2","events":[{"type":"update","product":"A","updates":[{"side":"bid","p":1}]}]})"});
    CHECK(flat.options() == "connector = 'feed', rows = '$.events[*]', accept = MAP {'$.events': EXISTS}");
}

TEST_CASE("infer: a watermark waits twice as long as values were seen out of order") {
    const InferFixture found({R"({"ts":1767225605000})", R"({"ts":1767225600000})", R"({"ts":1767225606000})"});
    CHECK(found.columns().ends_with("WATERMARK FOR ts AS ts - INTERVAL '10 seconds'"));
    // One that is not always there tells no time.
    CHECK(InferFixture({R"({"a":1,"ts":1767225605000})", R"({"a":1})"}).columns().find("WATERMARK") ==
          std::string::npos);
}

TEST_CASE("infer: NOT NULL is what accept lets through alone") {
    const InferFixture found({R"({"type":"a","x":1})", R"({"type":"a","x":2})", R"({"type":"b","y":[],"z":{"q":1}})"});
    REQUIRE(found.tables().size() == 2);
    CHECK(found.tables()[0].find("type TEXT NOT NULL, x BIGINT)") != std::string::npos);
}

TEST_CASE("infer: comments say what was seen, but not of secrets") {
    SampledMessages sample;
    sample.duration = std::chrono::seconds(10);
    for (const char* side : {"buy", "sell", "buy", "buy", "sell", "buy"})
        sample.messages.push_back({std::string(R"({"side":")") + side + R"(","p":1.5,"token":"abc"})", false, 0});
    sample.messages.push_back({R"({"side":"buy","p":1.5,"token":"abc","status":"{\"id\":1}"})", false, 0});
    const std::vector<JsonValue> values = json_values(sample);
    MessageKind kind;
    for (std::size_t index = 0; index < values.size(); ++index) kind.values.push_back(index);
    const FoundTable table = table_of_kind(sample, values, kind, "feed", "t");
    CHECK(table.remarks.front() == "7 of 7 messages (100 %, 0.7/s), such as");
    CHECK(table.remarks[1] == R"({"side":"buy","p":1.5,"token":"***"})");
    CHECK(table.column_remarks ==
          std::vector<std::string>{R"(one of "buy", "sell")", "such as 1.5", "",
                                   "in 14 % of the rows, JSON in a text: status::JSON ->> '$.name' reads it"});
}

}  // namespace
}  // namespace laminar
