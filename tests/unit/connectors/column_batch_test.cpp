#include "connectors/rows/column_batch.h"

#include <doctest/doctest.h>

#include "connectors/codec/json/json_encoder.h"
#include "decoder_fixture.h"

using namespace laminar;

namespace {

std::string all_values(const ColumnVector& column) {
    std::string text;
    for (std::size_t row = 0; row < column.size(); ++row) {
        if (row != 0) text += ' ';
        append_json_value(text, column, row);
    }
    return text;
}

}  // namespace

TEST_CASE("truncate takes back rows, and elements of a row that never came to be") {
    DecoderFixture feed({payload_column("v", "STRUCT(t VARCHAR, l INTEGER[])[]")});
    ColumnVector& column = feed.batch.columns[0];
    CHECK(feed.refusal(R"({"v":[{"t":"one","l":[1,2]},{"t":"two","l":null}]})") == "");
    CHECK(feed.refusal(R"({"v":null})") == "");
    CHECK(feed.refusal(R"({"v":[{"t":"three","l":[3]}]})") == "");
    const std::string before = all_values(column);
    CHECK(feed.refusal(R"({"v":[{"t":"four","l":[4,5]},{"t":"five","l":[6,"x"]}]})") != "");
    CHECK(all_values(column) == before);
    CHECK(column.child(0).size() == 3);
    CHECK(column.child(0).child(1).child(0).size() == 3);

    column.truncate(2);
    CHECK(all_values(column) == R"([{"t":"one","l":[1,2]},{"t":"two","l":null}] null)");
    CHECK(column.child(0).size() == 2);
    CHECK(column.has_nulls());
    column.truncate(1);
    CHECK_FALSE(column.has_nulls());
    column.truncate(0);
    CHECK(column.byte_size() == 0);
}

TEST_CASE("validity is kept across words") {
    ColumnVector column(TypeId::integer);
    for (std::int32_t row = 0; row < 200; ++row) row % 3 == 0 ? column.append_null() : column.append(row);
    for (std::size_t row = 0; row < 200; ++row) CHECK(column.is_valid(row) == (row % 3 != 0));
    column.truncate(65);
    column.append<std::int32_t>(1);
    column.append_null();
    CHECK(column.is_valid(65));
    CHECK_FALSE(column.is_valid(66));
    CHECK(column.size() == 67);
}

TEST_CASE("values that are all present are appended at once, from any row on") {
    const std::vector<std::int32_t> values(200, 7);
    for (const std::size_t before : {0U, 1U, 63U, 64U, 65U}) {
        for (const std::size_t count : {0U, 1U, 62U, 63U, 64U, 65U, 130U}) {
            ColumnVector column(TypeId::integer);
            for (std::size_t row = 0; row < before; ++row) column.append_null();
            column.append_values(values.data(), count);
            column.append_null();
            CHECK(column.size() == before + count + 1);
            for (std::size_t row = 0; row < column.size(); ++row)
                CHECK(column.is_valid(row) == (row >= before && row < before + count));
            ColumnVector joined(TypeId::integer);
            joined.append_null();
            joined.append_all(column);
            column.truncate(before + count);
            joined.append_all(column);
            CHECK(joined.size() == 2 + 2 * (before + count));
            CHECK_FALSE(joined.is_valid(before + count + 1));
            if (count > 0) CHECK(joined.is_valid(joined.size() - 1));
        }
    }
}

TEST_CASE("bytes grow, are copied and moved") {
    GrowingBytes bytes;
    const std::string text = "0123456789";
    for (int round = 0; round < 1000; ++round) bytes.append(text.data(), text.size());
    CHECK(bytes.size() == 10'000);
    const GrowingBytes copy = bytes;
    bytes.shrink(15);
    bytes.append("x", 1);
    CHECK(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == "012345678901234x");
    CHECK(std::string_view(reinterpret_cast<const char*>(copy.data()), copy.size()).ends_with("89"));
    GrowingBytes moved = std::move(bytes);
    CHECK(moved.size() == 16);
    bytes = copy;
    CHECK(bytes.size() == 10'000);
    moved.clear();
    CHECK(GrowingBytes(moved).size() == 0);
}

TEST_CASE("columns can be joined") {
    DecoderFixture first({payload_column("v", "MAP(VARCHAR, VARCHAR[])")});
    DecoderFixture second({payload_column("v", "MAP(VARCHAR, VARCHAR[])")});
    CHECK(first.refusal(R"([{"v":{"a":["x"]}},{"v":null}])") == "");
    CHECK(second.refusal(R"([{"v":{"b":["y","z"],"c":[]}},{"v":{}}])") == "");
    first.batch.columns[0].append_all(second.batch.columns[0]);
    CHECK(all_values(first.batch.columns[0]) == R"({"a":["x"]} null {"b":["y","z"],"c":[]} {})");
}

TEST_CASE("a value that is appended again shares its text, and loses it with the first row alone") {
    ColumnVector column(TypeId::varchar);
    column.append_string("one");
    column.append_string("two");
    const std::size_t bytes = column.byte_size();
    for (int row = 0; row < 3; ++row) column.append_again();
    column.append_null();
    column.append_again();
    CHECK(all_values(column) == R"("one" "two" "two" "two" "two" null null)");
    CHECK(column.byte_size() < bytes + 5 * sizeof(StringReference) + 8);
    ColumnVector joined(TypeId::varchar);
    joined.append_string("zero");
    joined.append_all(column);
    joined.truncate(5);
    CHECK(all_values(joined) == R"("zero" "one" "two" "two" "two")");
    column.truncate(3);
    column.append_string("three");
    CHECK(all_values(column) == R"("one" "two" "two" "three")");

    ColumnVector numbers(TypeId::bigint);
    numbers.append<std::int64_t>(7);
    numbers.append_again();
    CHECK(all_values(numbers) == "7 7");
}

TEST_CASE("types without a layout of their own travel as text, at any depth") {
    const ColumnType type = *parse_column_type("STRUCT(e ENUM('a', 'b'), l BIT[], n INTEGER[2])");
    CHECK(to_sql(transport_type(type)) == R"(STRUCT("e" VARCHAR, "l" VARCHAR[], "n" INTEGER[]))");
    CHECK(ColumnVector(type).cast_by_engine());
    CHECK_FALSE(ColumnVector(*parse_column_type("STRUCT(n INTEGER[2])")).cast_by_engine());
}
