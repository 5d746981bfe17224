#include "cli/scripts/duration.h"

#include <doctest/doctest.h>

using laminar::format_duration;
using laminar::parse_duration;
using std::chrono::milliseconds;

TEST_CASE("durations are read with their unit") {
    CHECK(parse_duration("500ms") == milliseconds(500));
    CHECK(parse_duration("10s") == milliseconds(10'000));
    CHECK(parse_duration("1.5s") == milliseconds(1500));
    CHECK(parse_duration("2m") == milliseconds(120'000));
    CHECK(parse_duration("2min") == milliseconds(120'000));
    CHECK(parse_duration("1h") == milliseconds(3'600'000));
    CHECK(parse_duration("0") == milliseconds(0));
}

TEST_CASE("anything else is no duration") {
    for (const char* text :
         {"", "10", "s", "-1s", "+1s", " 1s", "1s ", "1 s", "nan", "inf s", "1e3s", "9999999999h", "1d", "1.s.2"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
}

TEST_CASE("durations are written for people") {
    CHECK(format_duration(milliseconds(7)) == "7 ms");
    CHECK(format_duration(milliseconds(2449)) == "2.4 s");
    CHECK(format_duration(milliseconds(200'000)) == "3 min 20 s");
    CHECK(format_duration(milliseconds(7'260'000)) == "2 h 1 min");
}
