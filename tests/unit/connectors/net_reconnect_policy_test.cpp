#include <doctest/doctest.h>

#include "connectors/net/reconnect_policy.h"
#include "connectors/websocket/client_connector.h"

using namespace std::chrono_literals;
using laminar::ReconnectPolicy;

namespace {

ReconnectPolicy::Settings settings() {
    ReconnectPolicy::Settings settings;
    settings.initial = 1'000ms;
    settings.maximum = 10'000ms;
    settings.floor = 0ms;
    return settings;
}

const ReconnectPolicy::Clock::time_point start{};

}  // namespace

TEST_CASE("reconnect policy: the backoff grows by the multiplier up to the cap") {
    ReconnectPolicy policy(settings(), [] { return 1.0; });
    CHECK(policy.ended({}, start).delay == 1'000ms);
    CHECK(policy.ended({}, start).delay == 2'000ms);
    CHECK(policy.ended({}, start).delay == 4'000ms);
    CHECK(policy.ended({}, start).delay == 8'000ms);
    CHECK(policy.ended({}, start).delay == 10'000ms);
    for (int i = 0; i < 5'000; ++i) (void)policy.ended({}, start);
    CHECK(policy.ended({}, start).delay == 10'000ms);
}

TEST_CASE("reconnect policy: jitter spreads the delay, never below the floor") {
    auto with_floor = settings();
    with_floor.floor = 50ms;
    CHECK(ReconnectPolicy(with_floor, [] { return 0.0; }).ended({}, start).delay == 50ms);
    CHECK(ReconnectPolicy(settings(), [] { return 0.5; }).ended({}, start).delay == 500ms);
    with_floor.initial = 0ms;
    CHECK(ReconnectPolicy(with_floor, [] { return 0.9; }).ended({}, start).delay == 50ms);
}

TEST_CASE("reconnect policy: the backoff starts anew only after a stable connection") {
    auto stable = settings();
    stable.stable_after = 10s;
    ReconnectPolicy policy(stable, [] { return 1.0; });
    (void)policy.ended({}, start);
    (void)policy.ended({}, start);
    policy.connected(start);
    CHECK(policy.ended({}, start + 9s).delay == 4'000ms);
    policy.connected(start + 20s);
    CHECK(policy.ended({}, start + 30s).delay == 1'000ms);
    CHECK(policy.ended({}, start + 60s).delay == 2'000ms);
}

TEST_CASE("reconnect policy: attempts are limited in a row") {
    auto limited = settings();
    limited.max_attempts = 2;
    ReconnectPolicy policy(limited, [] { return 1.0; });
    CHECK(policy.ended({}, start).retry);
    CHECK(policy.ended({}, start).retry);
    const auto decision = policy.ended({}, start);
    CHECK_FALSE(decision.retry);
    CHECK(decision.reason == "max_reconnect_attempts (2) reached");
    limited.max_attempts = 0;
    CHECK_FALSE(ReconnectPolicy(limited, [] { return 1.0; }).ended({}, start).retry);
}

TEST_CASE("reconnect policy: some endings are final") {
    const auto retries = [](std::uint16_t code, int status) {
        ReconnectPolicy::Ending ending;
        ending.close_code = code;
        ending.http_status = status;
        return ReconnectPolicy(settings(), [] { return 1.0; }).ended(ending, start).retry;
    };
    CHECK(retries(1000, 0));
    CHECK(retries(1006, 0));
    CHECK(retries(1011, 0));
    CHECK_FALSE(retries(1008, 0));
    CHECK_FALSE(retries(0, 301));
    CHECK_FALSE(retries(0, 401));
    CHECK_FALSE(retries(0, 404));
    CHECK(retries(0, 408));
    CHECK(retries(0, 429));
    CHECK(retries(0, 503));
    auto off = settings();
    off.enabled = false;
    CHECK_FALSE(ReconnectPolicy(off, [] { return 1.0; }).ended({}, start).retry);
}

TEST_CASE("reconnect policy: a peer that flaps for a day is asked less often than the cap allows") {
    auto flapping = settings();
    flapping.initial = 100ms;
    flapping.maximum = 60'000ms;
    flapping.stable_after = 10s;
    unsigned seed = 1;
    ReconnectPolicy policy(flapping, [&seed] {
        seed = seed * 1'103'515'245 + 12'345;
        return static_cast<double>(seed >> 16 & 0x7FFF) / 0x8000;
    });
    auto now = start;
    int connects = 0;
    while (now < start + 24h) {
        ++connects;
        policy.connected(now);
        const auto decision = policy.ended({}, now + 1ms);
        CHECK(decision.delay <= decision.limit);
        now += 1ms + decision.delay;
    }
    // Half of a minute on average, after the first few.
    CHECK(connects < 24 * 60 * 3);
    CHECK(connects > 24 * 60);
}

TEST_CASE("reconnect policy: without a delay there is still a floor") {
    auto eager = settings();
    eager.initial = 1ms;
    eager.multiplier = 1;
    eager.floor = 20ms;
    ReconnectPolicy policy(eager, [] { return 0.0; });
    for (int i = 0; i < 100; ++i) CHECK(policy.ended({}, start).delay == 20ms);
}

TEST_CASE("reconnect policy: both forms of Retry-After are understood") {
    using laminar::parse_retry_after;
    const auto now = std::chrono::system_clock::from_time_t(784'111'777);  // Sun, 06 Nov 1994 08:49:37 GMT
    CHECK(parse_retry_after("120", now) == 120s);
    CHECK(parse_retry_after("0", now) == 0s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == 60s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now) == 0s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 07:00:00 GMT", now) == 0s);
    for (const char* bad : {"", "soon", "-5", "1.5", "Sun, 99 Nov 1994 08:49:37 GMT", "99999999999999999999"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_retry_after(bad, now));
    }
}

TEST_CASE("reconnect policy: Retry-After is honoured within reason") {
    ReconnectPolicy::Ending ending;
    ending.http_status = 503;
    ending.retry_after = 7s;
    CHECK(ReconnectPolicy(settings(), [] { return 1.0; }).ended(ending, start).delay == 7s);
    ending.retry_after = 240h;
    CHECK(ReconnectPolicy(settings(), [] { return 1.0; }).ended(ending, start).delay == 1h);
}
