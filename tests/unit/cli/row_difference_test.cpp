#include "cli/testing/row_difference.h"

#include <doctest/doctest.h>

using namespace laminar;

TEST_CASE("rows are compared as JSON") {
    CHECK(row_difference({R"({"a": 1, "b": [1.0, "x"]})"}, {R"({"b":[1,"x"],"a":1.0})"}, false).empty());
    CHECK_FALSE(row_difference({R"({"a":1})"}, {R"({"a":"1"})"}, false).empty());
    CHECK_FALSE(row_difference({R"({"a":9007199254740993})"}, {R"({"a":9007199254740992})"}, false).empty());
    CHECK_FALSE(row_difference({R"({"a":null})"}, {R"({})"}, false).empty());
}

TEST_CASE("numbers are compared to the last digit") {
    CHECK_FALSE(row_difference({R"({"p":1234567890.12345678})"}, {R"({"p":1234567890.12345670})"}, false).empty());
    CHECK(row_difference({R"({"p":1234567890.1234567})"}, {R"({"p":1234567890.12345670})"}, false).empty());
    CHECK_FALSE(row_difference({R"({"h":170141183460469231731687303715884105727})"},
                               {R"({"h":170141183460469231731687303715884100000})"}, false)
                    .empty());
    CHECK_FALSE(row_difference({R"([0.300000000000001])"}, {R"([0.300000000000002])"}, false).empty());
    CHECK(row_difference({R"([0, 1e3, 15e-1])"}, {R"([-0.0,1000,1.50])"}, false).empty());
}

TEST_CASE("numbers of floating-point columns are compared as doubles") {
    ColumnType point{TypeId::structure};
    point.fields = {{"x", TypeId::float64}, {"y", TypeId::hugeint}};
    ColumnType list{TypeId::list};
    list.fields = {{"element", TypeId::float64}};
    const std::vector<OutputColumn> columns{{"d", TypeId::float64}, {"p", point}, {"l", list}};
    const auto agree = [&](const std::string& expected, const std::string& actual) {
        return row_difference({expected}, {actual}, false, columns).empty();
    };
    CHECK(agree(R"({"d":0.30000000000000001})", R"({"d":0.3})"));
    CHECK_FALSE(agree(R"({"d":0.30000000000000004})", R"({"d":0.3})"));
    CHECK(agree(R"({"p":{"x":0.30000000000000001,"y":7}})", R"({"p":{"y":7,"x":0.3}})"));
    CHECK_FALSE(agree(R"({"p":{"x":1,"y":9007199254740993}})", R"({"p":{"x":1.0,"y":9007199254740992}})"));
    CHECK(agree(R"({"l":[1,0.10000000000000001]})", R"({"l":[1.0,0.1]})"));
}

TEST_CASE("what is not JSON is compared as text") {
    CHECK(row_difference({"hello world"}, {"hello world"}, false).empty());
    CHECK(row_difference({"hello"}, {"world"}, false) == "- hello\n+ world\n");
}

TEST_CASE("a difference shows what is missing and what is too many, in place") {
    CHECK(row_difference({"1", "2", "3"}, {"1", "3", "4"}, false) == "  1\n- 2\n  3\n+ 4\n");
    CHECK(row_difference({}, {"1"}, false) == "+ 1\n");
}

TEST_CASE("in any order, each row counts as often as it comes") {
    CHECK(row_difference({"1", "2", "2"}, {"2", "1", "2"}, true).empty());
    CHECK(row_difference({"1", "2"}, {"2", "1", "2"}, true) == "  1\n  2\n+ 2\n");
    CHECK_FALSE(row_difference({"1", "2"}, {"2", "1"}, false).empty());
}

TEST_CASE("rows that are nested very deeply do not hurt") {
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    CHECK(row_difference({deep}, {deep}, false).empty());
}

TEST_CASE("many rows are compared as well") {
    std::vector<std::string> rows(5'000, "{}");
    std::vector<std::string> others = rows;
    others.back() = "[]";
    CHECK(row_difference(rows, rows, false).empty());
    CHECK(row_difference(rows, others, false) == "  (4999 rows agree)\n- {}\n+ []\n");
}
