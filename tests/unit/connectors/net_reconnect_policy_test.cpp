#include <doctest/doctest.h>

#include "connectors/net/reconnect_policy.h"

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

TEST_CASE("reconnect policy: Retry-After is honoured within reason") {
    ReconnectPolicy::Ending ending;
    ending.http_status = 503;
    ending.retry_after = 7s;
    CHECK(ReconnectPolicy(settings(), [] { return 1.0; }).ended(ending, start).delay == 7s);
    ending.retry_after = 240h;
    CHECK(ReconnectPolicy(settings(), [] { return 1.0; }).ended(ending, start).delay == 1h);
}
