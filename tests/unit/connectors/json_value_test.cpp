#include <doctest/doctest.h>

#include <bit>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "decoder_fixture.h"

using namespace laminar;

namespace {

struct Case {
    std::string type;
    std::string value;     ///< JSON text sent.
    std::string expected;  ///< JSON text of what was stored, or of the error.
};

std::string mismatch(const std::string& type, const std::string& found) {
    return "type_mismatch: field \"v\": expected " + type + ", found " + found;
}
std::string out_of_range(const std::string& type, const std::string& found) {
    return "type_mismatch: field \"v\": " + found + " is out of range for " + type;
}

void check(const std::vector<Case>& cases, bool coerce) {
    for (const Case& test : cases) {
        CAPTURE(test.type);
        CAPTURE(test.value);
        DecoderFixture feed({payload_column("v", test.type)}, {}, coerce);
        CHECK(feed.only_value("{\"v\":" + test.value + "}") == test.expected);
    }
}

}  // namespace

TEST_CASE("integers are exact and checked against their range") {
    check(
        {
            {"TINYINT", "-128", "-128"},
            {"TINYINT", "127", "127"},
            {"TINYINT", "128", out_of_range("TINYINT", "number 128")},
            {"TINYINT", "-129", out_of_range("TINYINT", "number -129")},
            {"SMALLINT", "-32768", "-32768"},
            {"SMALLINT", "32768", out_of_range("SMALLINT", "number 32768")},
            {"INTEGER", "2147483647", "2147483647"},
            {"INTEGER", "2147483648", out_of_range("INTEGER", "number 2147483648")},
            {"INTEGER", "-2147483648", "-2147483648"},
            {"INTEGER", "1.0", "1"},
            {"INTEGER", "1.50e1", "15"},
            {"INTEGER", "-0", "0"},
            {"INTEGER", "-0.0", "0"},
            {"INTEGER", "1e3", "1000"},
            {"INTEGER", "1.5", mismatch("INTEGER", "number 1.5")},
            {"INTEGER", "1e-1", mismatch("INTEGER", "number 1e-1")},
            {"INTEGER", "true", mismatch("INTEGER", "true")},
            {"INTEGER", "\"1\"", mismatch("INTEGER", "string \"1\"")},
            {"INTEGER", "{}", mismatch("INTEGER", "an object")},
            {"INTEGER", "[1]", mismatch("INTEGER", "an array")},
            {"BIGINT", "9223372036854775807", "9223372036854775807"},
            {"BIGINT", "-9223372036854775808", "-9223372036854775808"},
            {"BIGINT", "9007199254740993", "9007199254740993"},
            {"BIGINT", "9223372036854775808", out_of_range("BIGINT", "number 9223372036854775808")},
            {"UTINYINT", "255", "255"},
            {"UTINYINT", "-1", out_of_range("UTINYINT", "number -1")},
            {"USMALLINT", "65535", "65535"},
            {"UINTEGER", "4294967295", "4294967295"},
            {"UINTEGER", "4294967296", out_of_range("UINTEGER", "number 4294967296")},
            {"UBIGINT", "18446744073709551615", "18446744073709551615"},
            {"UBIGINT", "1e19", "10000000000000000000"},
            {"UBIGINT", "18446744073709551616", out_of_range("UBIGINT", "number 18446744073709551616")},
            {"HUGEINT", "170141183460469231731687303715884105727", "170141183460469231731687303715884105727"},
            {"HUGEINT", "-170141183460469231731687303715884105728", "-170141183460469231731687303715884105728"},
            {"HUGEINT", "170141183460469231731687303715884105728",
             out_of_range("HUGEINT", "number 170141183460469231731687303715884105728")},
            {"UHUGEINT", "340282366920938463463374607431768211455", "340282366920938463463374607431768211455"},
            {"UHUGEINT", "340282366920938463463374607431768211456",
             out_of_range("UHUGEINT", "number 340282366920938463463374607431768211456")},
            {"UHUGEINT", "-5", out_of_range("UHUGEINT", "number -5")},
        },
        false);
}

TEST_CASE("decimals are exact and round half away from zero") {
    check(
        {
            {"DECIMAL(4,2)", "12.34", "12.34"},
            {"DECIMAL(4,2)", "99.994", "99.99"},
            {"DECIMAL(4,2)", "99.995", out_of_range("DECIMAL(4,2)", "number 99.995")},
            {"DECIMAL(4,2)", "-0.005", "-0.01"},
            {"DECIMAL(4,2)", "1.004999", "1.00"},
            {"DECIMAL(9,3)", "123456.789", "123456.789"},
            {"DECIMAL(18,6)", "0.1", "0.100000"},
            {"DECIMAL(18,6)", "1e-6", "0.000001"},
            {"DECIMAL(18,6)", "1e-7", "0.000000"},
            {"DECIMAL(38,10)", "1234567890123456789012345678.0123456789", "1234567890123456789012345678.0123456789"},
            {"DECIMAL(38,0)", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
            {"DECIMAL(38,0)", "1e38", out_of_range("DECIMAL(38,0)", "number 1e38")},
            {"DECIMAL(10,2)", "\"1.5\"", mismatch("DECIMAL(10,2)", "string \"1.5\"")},
        },
        false);
}

TEST_CASE("floats are the nearest value") {
    check(
        {
            {"DOUBLE", "0.1", "0.1"},
            {"DOUBLE", "-1", "-1.0"},
            {"DOUBLE", "1.7976931348623157e308", "1.7976931348623157e+308"},
            {"DOUBLE", "5e-324", "5e-324"},
            {"DOUBLE", "1e-400", "0.0"},
            {"DOUBLE", "123456789012345678", "123456789012345680.0"},
            {"DOUBLE", "9007199254740993.0000001", "9007199254740994.0"},
            {"DOUBLE", "1e309", "invalid_json: invalid JSON at byte 5: a number beyond all types"},
            {"DOUBLE", "\"abc\"", mismatch("DOUBLE", "string \"abc\"")},
            {"FLOAT", "0.1", "0.1"},
            {"FLOAT", "3.4e38", "3.4e+38"},
            {"FLOAT", "1e39", out_of_range("FLOAT", "number 1e39")},
        },
        false);
}

TEST_CASE("short decimals are the nearest value too") {
    const std::uint64_t seed = 20'261'128;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    DecoderFixture feed({payload_column("v", "DOUBLE")});
    for (int round = 0; round < 20'000; ++round) {
        std::string number = random() % 2 == 0 ? "-" : "";
        const std::size_t digits = 1 + random() % 18;
        const std::size_t point = 1 + random() % digits;  // After the last digit: there is none.
        for (std::size_t digit = 0; digit < digits; ++digit) {
            if (digit == point) number += '.';
            // JSON numbers do not begin with zeros.
            const bool leads = digit == 0 && point > 1;
            number += static_cast<char>('0' + (leads ? 1 + random() % 9 : random() % 10));
        }
        CAPTURE(number);
        feed.batch.clear();
        REQUIRE(feed.refusal("{\"v\":" + number + "}") == "");
        const double value = feed.batch.columns[0].values<double>()[0];
        REQUIRE(std::bit_cast<std::uint64_t>(value) ==
                std::bit_cast<std::uint64_t>(std::strtod(number.c_str(), nullptr)));
    }
}

TEST_CASE("text, booleans, bytes and what is carried as text") {
    check(
        {
            {"BOOLEAN", "true", "true"},
            {"BOOLEAN", "false", "false"},
            {"BOOLEAN", "1", mismatch("BOOLEAN", "number 1")},
            {"BOOLEAN", "\"true\"", mismatch("BOOLEAN", "string \"true\"")},
            {"VARCHAR", "\"\"", "\"\""},
            {"VARCHAR", R"("a\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00é")", R"("a\"\\/\b\f\n\r\tAé€😀é")"},
            {"VARCHAR", R"("\u0000")", R"("\u0000")"},
            {"VARCHAR", "1", mismatch("VARCHAR", "number 1")},
            {"VARCHAR", "false", mismatch("VARCHAR", "false")},
            {"VARCHAR", "{}", mismatch("VARCHAR", "an object")},
            {"BLOB", R"("")", R"("")"},
            {"BLOB", R"("AQID")", R"("AQID")"},
            {"BLOB", R"("_-8=")", R"("/+8=")"},
            {"BLOB", R"("_-8")", R"("/+8=")"},
            {"BLOB", R"("A")", mismatch("BLOB", "string \"A\"")},
            {"BLOB", R"("AB==x")", mismatch("BLOB", "string \"AB==x\"")},
            {"BLOB", R"("_+8=")", mismatch("BLOB", "string \"_+8=\"")},
            {"UUID", R"("123E4567-e89b-12d3-a456-426614174000")", R"("123e4567-e89b-12d3-a456-426614174000")"},
            {"UUID", R"("{ffffffff-ffff-ffff-ffff-ffffffffffff}")", R"("ffffffff-ffff-ffff-ffff-ffffffffffff")"},
            {"UUID", R"("00000000000000000000000000000001")", R"("00000000-0000-0000-0000-000000000001")"},
            {"UUID", R"("123e4567")", mismatch("UUID", "string \"123e4567\"")},
            {"ENUM('a', 'b')", R"("a")", R"("a")"},
            {"BIT", R"("0101")", R"("0101")"},
            {"TIME WITH TIME ZONE", R"("10:00:00+02")", R"("10:00:00+02")"},
        },
        false);
}

TEST_CASE("the common form of a timestamp means what the others mean") {
    // Written with a small t, a text is none of those that have a way of their own.
    const std::vector<std::string> texts = {
        "2024-03-15T10:00:42.123Z",       "2024-03-15T10:00:42",       "2024-12-31T23:59:59.999999999Z",
        "2024-02-29T00:00:00Z",           "2023-02-29T00:00:00Z",      "2100-02-29T00:00:00Z",
        "2024-04-31T00:00:00Z",           "2024-04-30T00:00:00Z",      "2024-00-10T00:00:00Z",
        "2024-13-10T00:00:00Z",           "2024-01-00T00:00:00Z",      "2024-01-32T00:00:00Z",
        "0000-01-01T00:00:00Z",           "0001-01-01T00:00:00.5Z",    "1969-12-31T23:59:59.9Z",
        "2024-03-15T24:00:00Z",           "2024-03-15T23:60:00Z",      "2024-03-15T23:59:60Z",
        "2024-03-15T23:00:60Z",           "2024-03-15T10:00:42.Z",     "2024-03-15T10:00:42.1234567899Z",
        "2024-03-15T10:00:42.1ZZ",        "2024-03-15T10:00:42.1 ",    "2024-03-15T10:00:42.1+01:00",
        "2024-03-15T10:00:42-08",         "2024-03-15T1a:00:42Z",      "2024-03-15T10:00:4/Z",
        "2024-03-15T10:00:4:Z",           "20240-03-15T10:00:42Z",     "2024/03/15T10:00:42Z",
        "2024-03-15T10:00:42.000000001Z", "2024-03-15T10:00:42.12x4Z", "2024-03-15T10:00:4",
    };
    for (const std::string& text : texts) {
        std::string other = text;
        other[text.find('T')] = 't';
        for (const char* type : {"TIMESTAMP_NS", "TIMESTAMP"}) {
            INFO(type, " ", text);
            const std::string common =
                DecoderFixture({payload_column("v", type)}).only_value(R"({"v":")" + text + "\"}");
            std::string general = DecoderFixture({payload_column("v", type)}).only_value(R"({"v":")" + other + "\"}");
            if (const std::size_t shown = general.find(other); shown != std::string::npos)
                general.replace(shown, other.size(), text);
            CHECK(common == general);
        }
    }
}

TEST_CASE("timestamps from text and from epochs of every unit") {
    const std::string expected = R"("2024-01-15T10:30:00Z")";
    check(
        {
            {"TIMESTAMP", R"("2024-01-15T10:30:00Z")", expected},
            {"TIMESTAMP", R"("2024-01-15t10:30:00z")", expected},
            {"TIMESTAMP", R"("2024-01-15 10:30:00")", expected},
            {"TIMESTAMP", R"("2024-01-15T10:30")", expected},
            {"TIMESTAMP", R"("2024-01-15 10:30:00 UTC")", expected},
            {"TIMESTAMP", R"("2024-01-15T16:00:00+05:30")", expected},
            {"TIMESTAMP", R"("2024-01-15T16:00:00+0530")", expected},
            {"TIMESTAMP", R"("2024-01-15T02:30:00-08")", expected},
            {"TIMESTAMP", R"("2024-01-15T10:30:00.123456789Z")", R"("2024-01-15T10:30:00.123456Z")"},
            {"TIMESTAMP", R"("2024-01-15T10:30:00,5Z")", R"("2024-01-15T10:30:00.5Z")"},
            {"TIMESTAMP", R"("2024-01-15")", R"("2024-01-15T00:00:00Z")"},
            {"TIMESTAMP", R"("2016-12-31T23:59:60Z")", R"("2017-01-01T00:00:00Z")"},
            {"TIMESTAMP", R"("2016-12-31T23:59:60.5Z")", R"("2017-01-01T00:00:00Z")"},
            {"TIMESTAMP", R"("2024-01-15T24:00:00Z")", R"("2024-01-16T00:00:00Z")"},
            {"TIMESTAMP", R"("1969-12-31T23:59:59.999999Z")", R"("1969-12-31T23:59:59.999999Z")"},
            {"TIMESTAMP", R"("0001-01-01T00:00:00Z")", R"("0001-01-01T00:00:00Z")"},
            {"TIMESTAMP", R"("9999-12-31T23:59:59.999999Z")", R"("9999-12-31T23:59:59.999999Z")"},
            {"TIMESTAMP", R"("-000044-03-15T00:00:00Z")", R"("-000044-03-15T00:00:00Z")"},
            {"TIMESTAMP", R"("infinity")", R"("infinity")"},
            {"TIMESTAMP", "1705314600", expected},
            {"TIMESTAMP", "1705314600000", expected},
            {"TIMESTAMP", "1705314600000000", expected},
            {"TIMESTAMP", "1705314600000000000", expected},
            {"TIMESTAMP", "1705314600.123456", R"("2024-01-15T10:30:00.123456Z")"},
            {"TIMESTAMP", "1705314600123.456", R"("2024-01-15T10:30:00.123456Z")"},
            {"TIMESTAMP", "1.7053146e9", expected},
            {"TIMESTAMP", "-1", R"("1969-12-31T23:59:59Z")"},
            {"TIMESTAMP", "-0.0000001", R"("1969-12-31T23:59:59.999999Z")"},
            {"TIMESTAMP", "0", R"("1970-01-01T00:00:00Z")"},
            {"TIMESTAMP", "1e300", mismatch("TIMESTAMP", "number 1e300")},
            {"TIMESTAMP", R"("2024-02-30T00:00:00Z")", mismatch("TIMESTAMP", R"(string "2024-02-30T00:00:00Z")")},
            {"TIMESTAMP", R"("2023-02-29")", mismatch("TIMESTAMP", R"(string "2023-02-29")")},
            {"TIMESTAMP", R"("2024-01-15T25:00:00Z")", mismatch("TIMESTAMP", R"(string "2024-01-15T25:00:00Z")")},
            {"TIMESTAMP", R"("2024-01-15T10:30:00Zjunk")",
             mismatch("TIMESTAMP", R"(string "2024-01-15T10:30:00Zjunk")")},
            {"TIMESTAMP", R"("")", mismatch("TIMESTAMP", R"(string "")")},
            {"TIMESTAMP", R"("1705314600")", mismatch("TIMESTAMP", R"(string "1705314600")")},
            {"TIMESTAMP", "true", mismatch("TIMESTAMP", "true")},
            {"TIMESTAMP WITH TIME ZONE", R"("2024-01-15T12:30:00+02:00")", expected},
            {"TIMESTAMP_S", R"("2024-01-15T10:30:00.9Z")", expected},
            {"TIMESTAMP_MS", R"("2024-01-15T10:30:00.1239Z")", R"("2024-01-15T10:30:00.123Z")"},
            {"TIMESTAMP_NS", R"("2024-01-15T10:30:00.123456789Z")", R"("2024-01-15T10:30:00.123456789Z")"},
            {"TIMESTAMP_NS", "1705314600123456789", R"("2024-01-15T10:30:00.123456789Z")"},
            {"TIMESTAMP_NS", R"("2500-01-01T00:00:00Z")",
             out_of_range("TIMESTAMP_NS", R"(string "2500-01-01T00:00:00Z")")},
        },
        false);
}

TEST_CASE("dates, times and intervals") {
    check(
        {
            {"DATE", R"("2024-02-29")", R"("2024-02-29")"},
            {"DATE", R"("1600-03-01")", R"("1600-03-01")"},
            {"DATE", R"("2024-2-29")", mismatch("DATE", R"(string "2024-2-29")")},
            {"DATE", R"("2024-02-29T10:00:00Z")", mismatch("DATE", R"(string "2024-02-29T10:00:00Z")")},
            {"DATE", "19000", mismatch("DATE", "number 19000")},
            {"TIME", R"("23:59:59.123456")", R"("23:59:59.123456")"},
            {"TIME", R"("07:05")", R"("07:05:00")"},
            {"TIME", R"("24:00:00")", R"("24:00:00")"},
            {"TIME", R"("24:00:01")", mismatch("TIME", R"(string "24:00:01")")},
            {"TIME", R"("12:60:00")", mismatch("TIME", R"(string "12:60:00")")},
            {"INTERVAL", R"("1 day 02:03:04.5")", R"("1 day 02:03:04.5")"},
            {"INTERVAL", R"("5 minutes")", R"("00:05:00")"},
            {"INTERVAL", R"("1 year 2 mons -3 days")", R"("1 year 2 months -3 days")"},
            {"INTERVAL", R"("-01:30:00")", R"("-01:30:00")"},
            {"INTERVAL", R"("100:00:00")", R"("100:00:00")"},
            {"INTERVAL", R"("P1Y2M3DT4H5M6.7S")", R"("1 year 2 months 3 days 04:05:06.7")"},
            {"INTERVAL", R"("P2W")", R"("14 days")"},
            {"INTERVAL", R"("1.5 days")", R"("1 day 12:00:00")"},
            {"INTERVAL", R"("90s")", R"("00:01:30")"},
            {"INTERVAL", R"("1.5 months")", mismatch("INTERVAL", R"(string "1.5 months")")},
            {"INTERVAL", R"("soon")", mismatch("INTERVAL", R"(string "soon")")},
            {"INTERVAL", R"("P")", mismatch("INTERVAL", R"(string "P")")},
            {"INTERVAL", R"("")", mismatch("INTERVAL", R"(string "")")},
        },
        false);
}

TEST_CASE("coerce makes of values what TRY_CAST would") {
    check(
        {
            {"INTEGER", "\"42\"", "42"},
            {"INTEGER", "\" 42 \"", "42"},
            {"INTEGER", "\"4.5\"", "5"},
            {"INTEGER", "2.5", "3"},
            {"INTEGER", "true", "1"},
            {"INTEGER", "\"x\"", mismatch("INTEGER", "string \"x\"")},
            {"INTEGER", "\"\"", mismatch("INTEGER", "string \"\"")},
            {"INTEGER", "\"3000000000\"", out_of_range("INTEGER", "string \"3000000000\"")},
            {"DOUBLE", "\"1.5e3\"", "1500.0"},
            {"DOUBLE", "\"+2\"", "2.0"},
            {"DOUBLE", "\"NaN\"", "null"},
            {"DECIMAL(10,2)", "\"12.345\"", "12.35"},
            {"HUGEINT", "\"170141183460469231731687303715884105727\"", "170141183460469231731687303715884105727"},
            {"BOOLEAN", "\"TRUE\"", "true"},
            {"BOOLEAN", "\"no\"", "false"},
            {"BOOLEAN", "0", "false"},
            {"BOOLEAN", "0.0e5", "false"},
            {"BOOLEAN", "-3", "true"},
            {"BOOLEAN", "\"maybe\"", mismatch("BOOLEAN", "string \"maybe\"")},
            {"VARCHAR", "1.50", "\"1.50\""},
            {"VARCHAR", "true", "\"true\""},
            {"VARCHAR", "{\"a\": [1]}", R"("{\"a\": [1]}")"},
            {"TIMESTAMP", "\"1705314600\"", R"("2024-01-15T10:30:00Z")"},
            {"DATE", "\"2024-02-29T10:00:00Z\"", R"("2024-02-29")"},
            {"UUID", "1", mismatch("UUID", "number 1")},
            {"INTEGER", "[1]", mismatch("INTEGER", "an array")},
            {"BLOB", "1234", R"("1234")"},
        },
        true);
}

TEST_CASE("nested types take objects and arrays") {
    check(
        {
            {"INTEGER[]", "[1, 2,null ,3]", "[1,2,null,3]"},
            {"INTEGER[]", "[]", "[]"},
            {"INTEGER[]", "null", "null"},
            {"INTEGER[][]", "[[1],[],null,[2,3]]", "[[1],[],null,[2,3]]"},
            {"INTEGER[]", "[1,\"x\"]", R"(type_mismatch: field "v[1]": expected INTEGER, found string "x")"},
            {"INTEGER[]", "{}", mismatch("INTEGER[]", "an object")},
            {"INTEGER[]", "5", mismatch("INTEGER[]", "number 5")},
            {"INTEGER[2]", "[1,2]", "[1,2]"},
            {"INTEGER[2]", "[1,2,3]", mismatch("INTEGER[2]", "an array of 3 elements")},
            {"STRUCT(a INTEGER, b VARCHAR)", R"({"b":"x","a":1,"c":[{}]})", R"({"a":1,"b":"x"})"},
            {"STRUCT(a INTEGER, b VARCHAR)", R"({"A":1,"a":2,"A":3})", R"({"a":2,"b":null})"},
            {"STRUCT(a INTEGER, b VARCHAR)", R"({"\u0061":4})", R"({"a":4,"b":null})"},
            {"STRUCT(a INTEGER)", "[1]", mismatch("STRUCT(\"a\" INTEGER)", "an array")},
            {"STRUCT(a STRUCT(b INTEGER[])[])", R"({"a":[{"b":[1]},{"b":[2,false]}]})",
             R"(type_mismatch: field "v.a[1].b[1]": expected INTEGER, found false)"},
            {"STRUCT(t TIMESTAMP, j JSON, d DECIMAL(10,2))", R"({"t":0,"j":{"x": 1.0},"d":1.5})",
             R"({"t":"1970-01-01T00:00:00Z","j":{"x": 1.0},"d":1.50})"},
            {"MAP(VARCHAR, INTEGER)", R"({"x":1,"y":null})", R"({"x":1,"y":null})"},
            {"MAP(VARCHAR, INTEGER)", R"({"x":1,"y":2,"x":3})", R"({"x":3,"y":2})"},
            {"MAP(INTEGER, VARCHAR)", R"({"1":"a","-2":"b"})", R"({"1":"a","-2":"b"})"},
            {"MAP(INTEGER, VARCHAR)", R"({"1":"a","01":"b"})", mismatch("MAP(INTEGER, VARCHAR)", "the key 1 twice")},
            {"MAP(INTEGER, VARCHAR)", R"({"z":"a"})", mismatch("INTEGER", "the key \"z\"")},
            {"MAP(VARCHAR, INTEGER)", R"([{"key":"x","value":1},{"key":"y","value":2}])", R"({"x":1,"y":2})"},
            {"MAP(VARCHAR, INTEGER)", R"([{"value":1}])", mismatch("MAP(VARCHAR, INTEGER)", "an entry without a key")},
            {"MAP(STRUCT(a INTEGER), INTEGER)", R"([{"key":{"a":1},"value":1}])", R"([{"key":{"a":1},"value":1}])"},
        },
        false);
    check({{"INTEGER[]", "[\"1\",true]", "[1,1]"}, {"VARCHAR[]", "[1,{\"a\":2}]", R"(["1","{\"a\":2}"])"}}, true);
}
