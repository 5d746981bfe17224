// Parameters of prepared statements: where they are in a text, their values as SQL; values in the binary format.

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "server/postgres/statements/parameter_text.h"
#include "server/postgres/values/network_order.h"
#include "server/postgres/values/parameter_value.h"
#include "server/postgres/values/value_binary.h"

using namespace laminar;
using namespace laminar::postgres;
using namespace std::string_literals;

namespace {

std::string filled(const char* text) { return ParameterText(text).fill({"<one>", "<two>"})->text(); }

std::string as_text(std::int32_t oid, std::string_view value) {
    return parameter_sql(oid, ValueFormat::text, value).value_or("-");
}
std::string as_binary(std::int32_t oid, std::string_view value) {
    return parameter_sql(oid, ValueFormat::binary, value).value_or("-");
}

template <class Number>
std::string bytes(Number value) {
    std::string out;
    append_number(out, value);
    return out;
}

template <class Value>
std::string binary(const ColumnType& type, Value value) {
    ColumnVector values(type);
    values.append(value);
    std::string out;
    append_binary_value(out, type, values, 0);
    return out;
}

std::string numeric(std::string_view text) {
    std::string out;
    append_binary_numeric(out, text);
    return out;
}

}  // namespace

TEST_CASE("parameters are where no text, name or comment hides them") {
    CHECK(filled("SELECT $1, $2") == "SELECT <one>, <two>");
    CHECK(filled("$2$1") == "<two><one>");
    CHECK(filled("SELECT '$1', \"$1\", $1") == "SELECT '$1', \"$1\", <one>");
    CHECK(filled("SELECT 'it''s $1' || $1") == "SELECT 'it''s $1' || <one>");
    CHECK(filled("SELECT E'\\'$1' || $1") == "SELECT E'\\'$1' || <one>");
    CHECK(filled("SELECT $$ $1 $$, $a$ $1 $a$, $1") == "SELECT $$ $1 $$, $a$ $1 $a$, <one>");
    CHECK(filled("-- $1\n$1 /* $1 /* $1 */ $1 */ $1") == "-- $1\n<one> /* $1 /* $1 */ $1 */ <one>");
    CHECK(filled("SELECT a$1, a$1b, 5$1") == "SELECT a$1, a$1b, 5<one>");
    CHECK(filled("SELECT 'open $1") == "SELECT 'open $1");
    CHECK(ParameterText("SELECT $3, $1").parameter_count() == 3);
    CHECK(ParameterText("SELECT 1").parameter_count() == 0);
    for (const char* text : {"SELECT $0", "SELECT $65536", "SELECT $99999999999999999999"})
        CHECK(ParameterText(text).refusal()->state == "42P02");
    CHECK_FALSE(ParameterText("SELECT $1, $65535").refusal());
}

TEST_CASE("a place in a filled text is one of the original") {
    const ParameterText text("a $1 b $2 c");
    const auto filled_text = *text.fill({"'long value'", "x"});
    CHECK(filled_text.text() == "a 'long value' b x c");
    CHECK(filled_text.origin(0) == 0);
    CHECK(filled_text.origin(2) == 2);
    CHECK(filled_text.origin(9) == 2);
    CHECK(filled_text.origin(filled_text.text().find('b')) == 5);
    CHECK(filled_text.origin(filled_text.text().find('x')) == 7);
    CHECK(filled_text.origin(filled_text.text().size()) == text.text().size());
    CHECK(filled_text.parameter_at(2) == 0);
    CHECK(filled_text.parameter_at(filled_text.text().find('x')) == 1);
    for (const std::size_t place : {0, 1, 3, 14, 15, 500}) CHECK_FALSE(filled_text.parameter_at(place));
    const auto side_by_side = *ParameterText("$1$2").fill({"a", "b"});
    CHECK(side_by_side.parameter_at(0) == 0);
    CHECK(side_by_side.parameter_at(1) == 1);
}

TEST_CASE("a cast says the type of a parameter") {
    const auto type = [](const char* text) { return ParameterText(text).types_at_places().front(); };
    CHECK(type("SELECT $1::BIGINT") == 20);
    CHECK(type("SELECT $1 :: int4") == 23);
    CHECK(type("SELECT CAST( $1 AS timestamptz)") == 1184);
    CHECK(type("SELECT $1::text[]") == 1009);
    CHECK(type("SELECT $1::DECIMAL(5, 2)") == 1700);
    CHECK(type("SELECT $1::DECIMAL(5, 2)[]") == 1231);
    CHECK(type("SELECT CAST($1 AS VARCHAR (10) [] )") == 1009);
    CHECK(type("SELECT $1::DOUBLE PRECISION[]") == 1022);
    CHECK(type("SELECT $1::TIMESTAMP WITH TIME ZONE") == 1184);
    CHECK(type("SELECT $1::TIMESTAMP with_tax") == 1114);
    CHECK(type("SELECT $1::BIGINT[3]") == 1016);
    CHECK(type("SELECT $1::BIGINT[][]") == 114);
    CHECK(type("SELECT a FROM t LIMIT $1") == 20);
    CHECK(type("SELECT a FROM t ORDER BY a offset $1") == 20);
    CHECK(type("SELECT $1, $1::date") == 1082);
    for (const char* text : {"SELECT $1", "SELECT no_limit $1", "SELECT $1::nothing", "SELECT $2::date",
                             "SELECT $1::", "SELECT $1::DECIMAL(x)", "SELECT $1::INT[x]"})
        CHECK_MESSAGE(type(text) == 0, text);
}

TEST_CASE("each parameter has the type, and the name, of the first place that says one") {
    const ParameterText text(
        "SELECT $2, $1 FROM t WHERE t.oid = $2 AND $1::date < x AND $2 = relname AND a >= $2 LIMIT $4");
    CHECK(text.types_at_places() == std::vector<std::int32_t>{1082, 0, 0, 20});
    CHECK(text.compared_names() == std::vector<std::string_view>{"", "oid", "", ""});
}

TEST_CASE("a text with its values is only so long") {
    const ParameterText text("SELECT $1, $1, $1, $1");
    CHECK(text.fill({std::string(16 << 20, 'x')}) == std::nullopt);
    CHECK(text.fill({std::string(15 << 20, 'x')})->text().size() > (60U << 20U));
    std::string places;
    for (int i = 0; i < 500'001; ++i) places += "$1,";
    CHECK(ParameterText(places).refusal()->state == "54000");
}

TEST_CASE("values that were written as text") {
    CHECK(as_text(0, "it's") == "'it''s'");
    CHECK(as_text(unknown_oid, "5") == "'5'");
    CHECK(as_text(25, "a'; DROP TABLE t; --") == "CAST('a''; DROP TABLE t; --' AS VARCHAR)");
    CHECK(as_text(20, "5") == "CAST('5' AS BIGINT)");
    CHECK(as_text(1700, "123.450") == "123.450");
    CHECK(as_text(1700, "-0.5") == "(-0.5)");
    const std::string digits(38, '9');
    CHECK(as_text(1700, digits) == digits);
    CHECK(as_text(1700, "170141183460469231731687303715884105727") ==
          "CAST('170141183460469231731687303715884105727' AS HUGEINT)");
    CHECK(as_text(1700, "-170141183460469231731687303715884105728") ==
          "CAST('-170141183460469231731687303715884105728' AS HUGEINT)");
    CHECK(as_text(1700, "340282366920938463463374607431768211455") ==
          "CAST('340282366920938463463374607431768211455' AS UHUGEINT)");
    CHECK(as_text(1700, "340282366920938463463374607431768211456") ==
          "CAST('340282366920938463463374607431768211456' AS DOUBLE)");
    CHECK(as_text(1700, "-1." + digits) == "CAST('-1." + digits + "' AS DECIMAL(38, 37))");
    CHECK(as_text(1700, "NaN") == "CAST('NaN' AS DOUBLE)");
    CHECK(as_text(1700, "1); DROP TABLE t") == "CAST('1); DROP TABLE t' AS DOUBLE)");
    CHECK(as_text(17, "\\xDEad") == "CAST('\\xDE\\xAD' AS BLOB)");
    CHECK(as_text(17, "\\xDEa") == "-");
    CHECK(as_text(17, R"(a\\b\001)") == R"(CAST('\x61\x5C\x62\x01' AS BLOB))");
    for (const char* text : {R"(\)", R"(\1)", R"(\400)", R"(\08)", R"(a\b)"})
        CHECK_MESSAGE(as_text(17, text) == "-", text);
    CHECK(as_text(1082, "0044-03-15 BC") == "CAST('0044-03-15 (BC)' AS DATE)");
    CHECK(as_text(1114, "0044-03-15 12:00:00 BC") == "CAST('0044-03-15 (BC) 12:00:00' AS TIMESTAMP)");
    CHECK(as_text(1184, "0044-03-15 12:00:00+00 bc") == "CAST('0044-03-15 (BC) 12:00:00+00' AS TIMESTAMPTZ)");
    CHECK(as_text(1186, "-1 days +02:03:00") == "CAST('-1 days 02:03:00' AS INTERVAL)");
    CHECK(as_text(16, "on") == "CAST('true' AS BOOLEAN)");
    CHECK(as_text(1001, R"({"\\xde",NULL})") == R"(CAST([CAST('\xDE' AS BLOB), NULL] AS BLOB[]))");
    CHECK(as_text(1007, "{1,NULL,-3}") == "CAST([CAST('1' AS INTEGER), NULL, CAST('-3' AS INTEGER)] AS INTEGER[])");
    CHECK(as_text(1009, R"({"a,\"b\\",null,"null",c d})") ==
          R"(CAST([CAST('a,"b\' AS VARCHAR), NULL, CAST('null' AS VARCHAR), CAST('c d' AS VARCHAR)] AS VARCHAR[]))");
    CHECK(as_text(1231, "{1.50,2}") == "[1.50, 2]");
    CHECK(as_text(1007, "{}") == "CAST([] AS INTEGER[])");
    for (const char* text : {"", "{", "1", "{1,}", "{,1}", "{\"a}", "{\"a\"b}", "{{1}}"})
        CHECK_MESSAGE(as_text(1007, text) == "-", text);
    CHECK(as_text(600, "(1,2)") == "-");  // A point.
}

TEST_CASE("values that were written in binary") {
    CHECK(as_binary(16, "\1") == "CAST('true' AS BOOLEAN)");
    CHECK(as_binary(21, bytes(std::int16_t{-7})) == "CAST('-7' AS SMALLINT)");
    CHECK(as_binary(23, bytes(std::int32_t{7})) == "CAST('7' AS INTEGER)");
    CHECK(as_binary(20, bytes(std::int64_t{-9'000'000'000})) == "CAST('-9000000000' AS BIGINT)");
    CHECK(as_binary(701, bytes(0.1)) == "CAST('0.1' AS DOUBLE)");
    CHECK(as_binary(25, "te'xt") == "CAST('te''xt' AS VARCHAR)");
    CHECK(as_binary(17, "\xDE\0"s) == "CAST('\\xDE\\x00' AS BLOB)");
    CHECK(as_binary(1082, bytes(std::int32_t{0})) == "CAST('2000-01-01' AS DATE)");
    CHECK(as_binary(1114, bytes(std::int64_t{1'500'000})) == "CAST('2000-01-01 00:00:01.5' AS TIMESTAMP)");
    CHECK(as_binary(1184, bytes(std::int64_t{0})) == "CAST('2000-01-01 00:00:00+00' AS TIMESTAMPTZ)");
    CHECK(as_binary(1186, bytes(std::int64_t{1'000'000}) + bytes(std::int32_t{2}) + bytes(std::int32_t{14})) ==
          "CAST('14 months 2 days 1000000 microseconds' AS INTERVAL)");
    CHECK(as_binary(2950, "\x12\x34\x56\x78\x12\x34\x12\x34\x12\x34\x12\x34\x56\x78\x9a\xbc") ==
          "CAST('12345678-1234-1234-1234-123456789abc' AS UUID)");
    CHECK(as_binary(3802, "\1{}") == "CAST('{}' AS JSON)");
    for (const char* number : {"0", "1", "12345.678", "-0.0001", "100000000", "0.00", "-99999999999.5"}) {
        const std::string expected = number[0] == '-' ? "("s + number + ")" : number;
        CHECK(as_binary(1700, numeric(number)) == expected);
    }
    CHECK(as_binary(1007, bytes(std::int32_t{1}) + bytes(std::int32_t{1}) + bytes(std::int32_t{23}) +
                              bytes(std::int32_t{2}) + bytes(std::int32_t{1}) + bytes(std::int32_t{4}) +
                              bytes(std::int32_t{5}) + bytes(std::int32_t{-1})) ==
          "CAST([CAST('5' AS INTEGER), NULL] AS INTEGER[])");
    CHECK(as_binary(1007, bytes(std::int32_t{0}) + bytes(std::int32_t{0}) + bytes(std::int32_t{23})) ==
          "CAST([] AS INTEGER[])");
}

TEST_CASE("bytes that are no value of their type are refused") {
    for (const std::int32_t oid :
         {16, 20, 21, 23, 700, 701, 1082, 1083, 1114, 1184, 1186, 1700, 2950, 3802, 1007, 1016})
        for (const std::string& value : {""s, "abc"s, std::string(17, '\xFF'), std::string(12, '\x7F')})
            CHECK_MESSAGE(as_binary(oid, value) == "-", oid, " ", value.size());
}

TEST_CASE("values in the binary format") {
    CHECK(binary(TypeId::boolean, std::uint8_t{1}) == "\1");
    CHECK(binary(TypeId::tinyint, std::int8_t{-2}) == "\xFF\xFE");
    CHECK(binary(TypeId::uinteger, std::uint32_t{4'000'000'000}) == bytes(std::int64_t{4'000'000'000}));
    CHECK(binary(TypeId::float64, 0.5) == bytes(0.5));
    CHECK(binary(TypeId::date, std::int32_t{10'958}) == bytes(std::int32_t{1}));
    CHECK(binary(TypeId::timestamp, std::int64_t{0}) == bytes(-micros_to_2000));
    CHECK(binary(TypeId::timestamp_ms, std::int64_t{1}) == bytes(1'000 - micros_to_2000));
    // What is too far away for the format is at the end of time.
    constexpr std::int64_t first = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
    CHECK(binary(TypeId::timestamp, first + micros_to_2000 + 1) == bytes(first + 1));
    CHECK(binary(TypeId::timestamp, first + micros_to_2000 - 1) == bytes(first));
    CHECK(binary(TypeId::timestamp_tz, first + 2) == bytes(first));
    CHECK(binary(TypeId::timestamp, -last) == bytes(first));
    CHECK(binary(TypeId::timestamp, last) == bytes(last));
    CHECK(binary(TypeId::timestamp_s, last / 1'000) == bytes(last));
    CHECK(binary(TypeId::timestamp_s, first / 1'000) == bytes(first));
    CHECK(binary(TypeId::timestamp_ms, first / 100) == bytes(first));
    CHECK(binary(TypeId::timestamp_ns, last) == bytes(last));
    CHECK(binary(TypeId::timestamp_ns, std::int64_t{-1}) == bytes(-1 - micros_to_2000));
    constexpr std::int32_t first_day = std::numeric_limits<std::int32_t>::min();
    CHECK(binary(TypeId::date, first_day + 2) == bytes(first_day));
    CHECK(binary(TypeId::date, first_day + 10'957 + 1) == bytes(first_day + 1));
    CHECK(binary(TypeId::interval, IntervalValue{1, 2, 3}) ==
          bytes(std::int64_t{3}) + bytes(std::int32_t{2}) + bytes(std::int32_t{1}));
    CHECK(numeric("12345.678") == bytes(std::int16_t{3}) + bytes(std::int16_t{1}) + bytes(std::int16_t{0}) +
                                      bytes(std::int16_t{3}) + bytes(std::int16_t{1}) + bytes(std::int16_t{2345}) +
                                      bytes(std::int16_t{6780}));
    CHECK(numeric("-0.00") ==
          bytes(std::int16_t{0}) + bytes(std::int16_t{0}) + bytes(std::int16_t{0}) + bytes(std::int16_t{2}));
}
