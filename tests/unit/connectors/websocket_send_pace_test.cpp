#include <doctest/doctest.h>

#include "connectors/websocket/session/send_pace.h"

using namespace laminar;
using namespace std::chrono_literals;

TEST_CASE("send pace: without a rate nothing waits") {
    SendPace pace(std::nullopt);
    for (int count = 0; count < 3; ++count) {
        CHECK(pace.allows_now());
        pace.note_sent();
    }
    CHECK(pace.next() == SendPace::Clock::time_point::min());
}

TEST_CASE("send pace: messages keep a distance, and what did not wait delays what comes after it") {
    SendPace pace(0.01);
    CHECK(pace.allows_now());
    const SendPace::Clock::time_point before = SendPace::Clock::now();
    pace.note_sent();
    CHECK_FALSE(pace.allows_now());
    const SendPace::Clock::time_point first = pace.next();
    CHECK(first >= before + 100s);
    pace.note_sent();
    CHECK(pace.next() == first + 100s);
}
