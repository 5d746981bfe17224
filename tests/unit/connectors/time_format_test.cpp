#include "connectors/codec/values/time_format.h"

#include <doctest/doctest.h>

#include <string>

using namespace laminar;

namespace {

std::string timestamp(std::string_view text, std::string_view format) {
    const std::optional<Moment> moment = parse_timestamp(text, format);
    if (!moment) return "none";
    std::string shown;
    append_timestamp(shown, moment->micros, TypeId::timestamp, ' ');
    return moment->nanos == 0 ? shown : shown + " + " + std::to_string(moment->nanos);
}

}  // namespace

TEST_CASE("texts are read by their format") {
    CHECK(timestamp("31.12.2025 23:59:58", "%d.%m.%Y %H:%M:%S") == "2025-12-31 23:59:58");
    CHECK(timestamp("Thu, 01 Jan 2026 00:00:00 +0130", "%a, %d %b %Y %T %z") == "2025-12-31 22:30:00");
    CHECK(timestamp("thursday 1 january 26 5:07 PM", "%A %e %B %y %I:%M %p") == "2026-01-01 17:07:00");
    CHECK(timestamp("12:30 am 02/29/24", "%I:%M %p %D") == "2024-02-29 00:30:00");
    CHECK(timestamp("2026-060T00:00:01.1234567891Z", "%Y-%jT%H:%M:%S.%f%z") == "2026-03-01 00:00:01.123456 + 789");
    CHECK(timestamp("1767225600.5", "%s.%f") == "2026-01-01 00:00:00.5");
    CHECK(timestamp("-1.25", "%s.%f") == "1969-12-31 23:59:58.75");
    CHECK(timestamp("20260115", "%Y%m%d") == "2026-01-15 00:00:00");
    CHECK(timestamp("2026", "%Y") == "2026-01-01 00:00:00");
    CHECK(timestamp("100% 2026-01-02 GMT", "100%% %F %Z") == "2026-01-02 00:00:00");
    CHECK(timestamp("2016-12-31 23:59:60.9", "%F %T.%f") == "2017-01-01 00:00:00");
}

TEST_CASE("texts that are not as their format are refused") {
    CHECK(timestamp("2026-01-02 ", "%F") == "none");
    CHECK(timestamp("", "%F") == "none");
    CHECK(timestamp("30.02.2026", "%d.%m.%Y") == "none");
    CHECK(timestamp("2026-13-01", "%F") == "none");
    CHECK(timestamp("2026-00-01", "%F") == "none");
    CHECK(timestamp("24:00 2026", "%R %Y") == "none");
    CHECK(timestamp("13:00 PM 2026", "%I:%M %p %Y") == "none");
    CHECK(timestamp("12:60 2026", "%R %Y") == "none");
    CHECK(timestamp("Foo 2026", "%b %Y") == "none");
    CHECK(timestamp("2025-366", "%Y-%j") == "none");
    CHECK(timestamp("2026-01-01 +1", "%F %z") == "2025-12-31 23:00:00");
    CHECK(timestamp("2026-01-01 +19", "%F %z") == "none");
    CHECK(timestamp("2026-01-01 CET", "%F %Z") == "none");
    CHECK(timestamp("12:00", "%R") == "none");
    CHECK(timestamp("999999999999999", "%s") == "none");
}

TEST_CASE("dates and times are what is written, whatever the offset") {
    CHECK(parse_date("2026-01-01 00:30 +0200", "%F %R %z") == parse_date("2026-01-01"));
    CHECK(parse_time("00:30 +0200", "%R %z") == parse_time("00:30"));
    CHECK(parse_time("11:05 pm", "%I:%M %p") == parse_time("23:05"));
    CHECK(parse_date("86400", "%s") == 1);
    CHECK(parse_date("-1", "%s") == -1);
}
