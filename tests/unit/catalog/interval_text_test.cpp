#include "parser/text/interval_text.h"

#include <doctest/doctest.h>

#include "catalog/options/json_path.h"

namespace laminar {
namespace {

using std::chrono::microseconds;
using namespace std::chrono_literals;

TEST_CASE("intervals of fixed length") {
    CHECK(parse_fixed_interval("1 hour") == microseconds(1h));
    CHECK(parse_fixed_interval("5", "MINUTE") == microseconds(5min));
    CHECK(parse_fixed_interval("1 hour 30 minutes") == microseconds(90min));
    CHECK(parse_fixed_interval("250ms") == microseconds(250ms));
    CHECK(parse_fixed_interval("1.5 seconds") == microseconds(1500ms));
    CHECK(parse_fixed_interval("2 weeks") == microseconds(336h));
    CHECK(parse_fixed_interval("01:02:03.5") == microseconds(1h + 2min + 3500ms));
    CHECK(parse_fixed_interval("1 DAY 00:30") == microseconds(24h + 30min));
    CHECK(parse_fixed_interval("-5 seconds") == microseconds(-5s));
    CHECK(parse_fixed_interval("-00:30") == microseconds(-30min));
    for (const std::string_view text :
         {"", "5", "1 month", "2 years", "hour", "1 hour 30", "1 hous", "00:99", "1e400 s", "1 hour!"})
        CHECK_MESSAGE(!parse_fixed_interval(text), text);
    CHECK_FALSE(parse_fixed_interval("999999999999 weeks"));
}

TEST_CASE("intervals as text") {
    CHECK(interval_text(1h) == "1 hour");
    CHECK(interval_text(90s) == "90 seconds");
    CHECK(interval_text(1500ms) == "1500 milliseconds");
    CHECK(interval_text(microseconds(7)) == "7 microseconds");
    CHECK(interval_text(0s) == "0 seconds");
    CHECK(interval_text(336h) == "2 weeks");
}

TEST_CASE("JSON paths") {
    using Steps = std::vector<std::string>;
    CHECK(parse_json_path("$.a.b") == Steps{"a", "b"});
    CHECK(parse_json_path("a.b") == Steps{"a", "b"});
    CHECK(parse_json_path("a") == Steps{"a"});
    CHECK(parse_json_path("$.items[0].id") == Steps{"items", "0", "id"});
    CHECK(parse_json_path("$[2]") == Steps{"2"});
    CHECK(parse_json_path("$.\"odd name\".x") == Steps{"odd name", "x"});
    CHECK(parse_json_path("$['odd.name']") == Steps{"odd.name"});
    for (const std::string_view text :
         {"", "$", "$.", "a..b", "a.", ".a.", "$x", "a[", "a[]", "a[x]", "a[*]", "$.*", "a.[0]", "$.\"a", "a[-1]"})
        CHECK_MESSAGE(!parse_json_path(text), text);
}

TEST_CASE("paths to rows have elements without a number") {
    using RowSteps = std::vector<std::optional<std::string>>;
    CHECK(parse_rows_path("$")->steps.empty());
    CHECK(parse_rows_path("$[*]")->steps == RowSteps{std::nullopt});
    CHECK(parse_rows_path("$.data[*]")->steps == RowSteps{"data", std::nullopt});
    CHECK(parse_rows_path("$[1]['a b'][*].c[*]")->steps == RowSteps{"1", "a b", std::nullopt, "c", std::nullopt});
    CHECK(parse_rows_path("$.data[*]")->text == "$.data[*]");
    for (const std::string_view text : {"", "data[*]", "$.", "$.*", "$[*", "$[**]", "$[?(@.a)]", "$..a", "$[1:2]"})
        CHECK_MESSAGE(!parse_rows_path(text), text);
    CHECK(parse_json_place("$")->empty());
    CHECK(!parse_json_place("$[*]"));
}

}  // namespace
}  // namespace laminar
