// Types and values as PostgreSQL has them. The texts are those of PostgreSQL 15.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "connectors/codec/values/calendar.h"
#include "server/postgres/values/postgres_type.h"
#include "server/postgres/values/value_text.h"

using namespace laminar;
using namespace laminar::postgres;

namespace {

template <class Value>
std::string text(const ColumnType& type, Value value) {
    ColumnVector values(type);
    values.append(value);
    std::string out;
    append_value(out, type, values, 0);
    return out;
}

std::string real(double value) { return text(TypeId::float64, value); }
std::string moment(std::int64_t value, TypeId type = TypeId::timestamp) { return text(type, value); }
std::string interval(std::int32_t months, std::int32_t days, std::int64_t micros) {
    return text(TypeId::interval, IntervalValue{months, days, micros});
}

ColumnType list_of(const ColumnType& element) {
    ColumnType type(TypeId::list);
    type.fields.push_back({"", element});
    return type;
}

}  // namespace

TEST_CASE("each type has an OID that holds its values") {
    const auto oid = [](const ColumnType& type) { return postgres_type(type).oid; };
    CHECK(oid(TypeId::boolean) == 16);
    CHECK(oid(TypeId::utinyint) == 21);
    CHECK(oid(TypeId::usmallint) == 23);
    CHECK(oid(TypeId::uinteger) == 20);
    CHECK(oid(TypeId::ubigint) == 1700);
    CHECK(oid(TypeId::varchar) == 25);
    CHECK(oid(TypeId::json) == 114);
    CHECK(oid(TypeId::timestamp_ns) == 1114);
    CHECK(oid(TypeId::timestamp_tz) == 1184);
    CHECK(oid(list_of(TypeId::bigint)) == 1016);
    CHECK(oid(list_of(list_of(TypeId::bigint))) == 114);
    ColumnType decimal(TypeId::decimal);
    decimal.width = 10;
    decimal.scale = 2;
    CHECK(postgres_type(decimal).modifier == ((10 << 16) | 2) + 4);
    CHECK(postgres_type(TypeId::float64).size == 8);
}

TEST_CASE("numbers") {
    CHECK(text(TypeId::boolean, std::uint8_t{1}) == "t");
    CHECK(text(TypeId::integer, -7) == "-7");
    CHECK(real(1.0) == "1");
    CHECK(real(-0.0) == "-0");
    CHECK(real(0.1) == "0.1");
    CHECK(real(123456.789) == "123456.789");
    CHECK(real(1e14) == "100000000000000");
    CHECK(real(1e15) == "1e+15");
    CHECK(real(1.5e300) == "1.5e+300");
    CHECK(real(0.0001) == "0.0001");
    CHECK(real(0.00001) == "1e-05");
    CHECK(real(std::nan("")) == "NaN");
    CHECK(real(-std::numeric_limits<double>::infinity()) == "-Infinity");
    CHECK(text(TypeId::float32, 0.1F) == "0.1");
    CHECK(text(TypeId::float32, 1e5F) == "100000");
    CHECK(text(TypeId::float32, 1e6F) == "1e+06");
}

TEST_CASE("dates and moments") {
    CHECK(text(TypeId::date, std::int32_t{0}) == "1970-01-01");
    CHECK(text(TypeId::date, static_cast<std::int32_t>(days_from_civil({-43, 3, 15}))) == "0044-03-15 BC");
    CHECK(text(TypeId::date, static_cast<std::int32_t>(days_from_civil({12345, 1, 2}))) == "12345-01-02");
    CHECK(text(TypeId::date, infinite_date) == "infinity");
    CHECK(moment(1'500'000) == "1970-01-01 00:00:01.5");
    CHECK(moment(-1) == "1969-12-31 23:59:59.999999");
    CHECK(moment(-infinite_timestamp) == "-infinity");
    CHECK(moment(days_from_civil({0, 12, 31}) * micros_per_day) == "0001-12-31 00:00:00 BC");
    CHECK(moment(1, TypeId::timestamp_s) == "1970-01-01 00:00:01");
    CHECK(moment(1'001, TypeId::timestamp_ms) == "1970-01-01 00:00:01.001");
    CHECK(moment(1'999, TypeId::timestamp_ns) == "1970-01-01 00:00:00.000001");
    CHECK(moment(0, TypeId::timestamp_tz) == "1970-01-01 00:00:00+00");
    CHECK(text(TypeId::time, std::int64_t{3'723'000'001}) == "01:02:03.000001");
}

TEST_CASE("intervals") {
    CHECK(interval(0, 0, 0) == "00:00:00");
    CHECK(interval(14, 3, 3'600'000'000) == "1 year 2 mons 3 days 01:00:00");
    CHECK(interval(1, -2, 3'000'000) == "1 mon -2 days +00:00:03");
    CHECK(interval(-12, 0, -1) == "-1 years -00:00:00.000001");
    CHECK(interval(-1, 2, 0) == "-1 mons +2 days");
    CHECK(interval(0, 0, 100 * 3'600'000'000) == "100:00:00");
}

TEST_CASE("bytes, arrays, and what else is nested") {
    ColumnVector blob(TypeId::blob);
    blob.append_string(std::string_view("\xDE\xAD\0", 3));
    std::string out;
    append_value(out, TypeId::blob, blob, 0);
    CHECK(out == "\\xdead00");

    const ColumnType texts = list_of(TypeId::varchar);
    ColumnVector values(texts);
    for (const char* element : {"plain", "", "NULL", "a b", "q\"\\", "{x}"}) values.child(0).append_string(element);
    values.child(0).append_null();
    values.append_list(7);
    out.clear();
    append_value(out, texts, values, 0);
    CHECK(out == R"({plain,"","NULL","a b","q\"\\","{x}",NULL})");

    const ColumnType nested = list_of(list_of(TypeId::integer));
    ColumnVector lists(nested);
    lists.child(0).child(0).append(1);
    lists.child(0).append_list(1);
    lists.append_list(1);
    out.clear();
    append_value(out, nested, lists, 0);
    CHECK(out == "[[1]]");
}
