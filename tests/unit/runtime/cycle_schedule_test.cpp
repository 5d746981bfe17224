#include "runtime/flow/cycle_schedule.h"

#include <doctest/doctest.h>

using namespace laminar;
using namespace std::chrono_literals;
using Time = CycleSchedule::Clock::time_point;

namespace {
constexpr Time start{1h};
}

TEST_CASE("without requests cycles come by the clock") {
    CycleSchedule schedule(100ms, start);
    CHECK(schedule.next() == start + 100ms);
    CHECK_FALSE(schedule.begin());
    schedule.end(start + 101ms, 0ms, {}, {});
    CHECK(schedule.next() == start + 201ms);
}

TEST_CASE("the earliest request counts, and a cycle serves all") {
    CycleSchedule schedule(100ms, start);
    schedule.request(start + 5ms);
    schedule.request(start + 2ms);
    schedule.request(start + 3ms);
    CHECK(schedule.next() == start + 2ms);
    CHECK_FALSE(schedule.begin());
    schedule.end(start + 4ms, 0ms, {}, {});
    CHECK(schedule.next() == start + 104ms);
    schedule.begin();
    schedule.end(start + 5ms, 0ms, start + 9ms, {});
    CHECK(schedule.next() == start + 9ms);
}

TEST_CASE("a rest holds up requests, but not what is urgent") {
    CycleSchedule schedule(100ms, start);
    schedule.end(start, 8ms, {}, {});
    schedule.request(start);
    CHECK(schedule.next() == start + 8ms);
    schedule.request_now();
    CHECK(schedule.next() < start);
    CHECK(schedule.begin());
    CHECK_FALSE(schedule.begin());
}

TEST_CASE("who waits has every request served at once") {
    CycleSchedule schedule(100ms, start);
    schedule.add_waiter();
    CHECK(schedule.next() == start + 100ms);
    schedule.request(start + 5ms);
    CHECK(schedule.next() < start);
    CHECK(schedule.begin());
    // What is left then, batch_size lets wait, whoever waits.
    schedule.end(start, 0ms, start + 50ms, {});
    CHECK(schedule.next() == start + 50ms);
    CHECK(schedule.begin());
    schedule.end(start, 0ms, {}, {});
    schedule.remove_waiter();
    schedule.request(start + 5ms);
    CHECK(schedule.next() == start + 5ms);
}

TEST_CASE("after a cycle that took in rows it is looked for more, unasked") {
    CycleSchedule schedule(100ms, start);
    schedule.end(start, 0ms, {}, start + 5ms);
    CHECK(schedule.next() == start + 100ms);
    CHECK(schedule.look_at() == start + 5ms);
    schedule.request(start + 3ms);
    CHECK(schedule.look_at() == start + 3ms);
    schedule.begin();
    CHECK(schedule.look_at() == schedule.next());
}
