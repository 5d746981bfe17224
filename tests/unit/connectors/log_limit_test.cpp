#include "connectors/delivery/log_limit.h"

#include <doctest/doctest.h>

using namespace laminar;
using Verdict = LogLimit::Verdict;

TEST_CASE("so many lines a minute are logged, and the rest is counted") {
    LogLimit limit;
    const LogLimit::Clock::time_point start{std::chrono::hours(1)};
    for (std::uint64_t line = 1; line < LogLimit::lines_per_minute; ++line)
        CHECK(limit.ask(start).verdict == Verdict::log);
    CHECK(limit.ask(start).verdict == Verdict::log_and_announce);
    for (int line = 0; line < 7; ++line) {
        const LogLimit::Answer answer = limit.ask(start + std::chrono::seconds(line));
        CHECK(answer.verdict == Verdict::leave_out);
        CHECK(answer.left_out == 0);
    }
    CHECK(limit.ask(start + std::chrono::seconds(60)).verdict == Verdict::leave_out);

    const LogLimit::Answer next = limit.ask(start + std::chrono::seconds(61));
    CHECK(next.verdict == Verdict::log);
    CHECK(next.left_out == 8);
    CHECK(limit.ask(start + std::chrono::seconds(61)).left_out == 0);
}

TEST_CASE("a minute begins with the first line of it") {
    LogLimit limit;
    const LogLimit::Clock::time_point start{std::chrono::hours(1)};
    CHECK(limit.ask(start).verdict == Verdict::log);
    for (std::uint64_t line = 0; line < LogLimit::lines_per_minute; ++line)
        CHECK(limit.ask(start + std::chrono::seconds(90)).verdict != Verdict::leave_out);
    CHECK(limit.ask(start + std::chrono::seconds(90)).verdict == Verdict::leave_out);
}
