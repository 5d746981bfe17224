#include <doctest/doctest.h>

#include "connectors/net/reconnect_policy.h"
#include "connectors/websocket/client/client_connector.h"

using namespace std::chrono_literals;
using laminar::CodeRanges;
using laminar::ReconnectPolicy;

namespace {

ReconnectPolicy::Settings settings() {
    ReconnectPolicy::Settings settings;
    settings.initial = 1'000ms;
    settings.maximum = 10'000ms;
    settings.floor = 0ms;
    return settings;
}

ReconnectPolicy::Ending after_a_stable_connection() {
    ReconnectPolicy::Ending ending;
    ending.was_stable = true;
    return ending;
}

}  // namespace

TEST_CASE("reconnect policy: the backoff grows by the multiplier up to the cap") {
    ReconnectPolicy policy(settings(), [] { return 1.0; });
    CHECK(policy.ended({}).delay == 1'000ms);
    CHECK(policy.ended({}).delay == 2'000ms);
    CHECK(policy.ended({}).delay == 4'000ms);
    CHECK(policy.ended({}).delay == 8'000ms);
    CHECK(policy.ended({}).delay == 10'000ms);
    for (int i = 0; i < 5'000; ++i) (void)policy.ended({});
    CHECK(policy.ended({}).delay == 10'000ms);
}

TEST_CASE("reconnect policy: jitter spreads the delay, never below the floor") {
    auto with_floor = settings();
    with_floor.floor = 50ms;
    CHECK(ReconnectPolicy(with_floor, [] { return 0.0; }).ended({}).delay == 50ms);
    CHECK(ReconnectPolicy(settings(), [] { return 0.5; }).ended({}).delay == 500ms);
    with_floor.initial = 0ms;
    CHECK(ReconnectPolicy(with_floor, [] { return 0.9; }).ended({}).delay == 50ms);
}

TEST_CASE("reconnect policy: the backoff starts anew only after a stable connection") {
    ReconnectPolicy policy(settings(), [] { return 1.0; });
    (void)policy.ended({});
    (void)policy.ended({});
    CHECK(policy.ended({}).delay == 4'000ms);
    CHECK(policy.ended(after_a_stable_connection()).delay == 1'000ms);
    CHECK(policy.ended({}).delay == 2'000ms);
}

TEST_CASE("reconnect policy: attempts are limited in a row") {
    auto limited = settings();
    limited.max_attempts = 2;
    ReconnectPolicy policy(limited, [] { return 1.0; });
    CHECK(policy.ended({}).retry);
    CHECK(policy.ended({}).retry);
    const auto decision = policy.ended({});
    CHECK_FALSE(decision.retry);
    CHECK(decision.reason == "max_reconnect_attempts (2) reached");
    limited.max_attempts = 0;
    CHECK_FALSE(ReconnectPolicy(limited, [] { return 1.0; }).ended({}).retry);
}

TEST_CASE("reconnect policy: some endings are final") {
    const auto retries = [](std::uint16_t code, int status) {
        ReconnectPolicy::Ending ending;
        ending.close_code = code;
        ending.http_status = status;
        auto defaults = settings();
        defaults.give_up_close_codes = CodeRanges(laminar::WebSocketOptions().give_up_close_codes);
        defaults.give_up_http_statuses = CodeRanges(laminar::WebSocketOptions().give_up_http_statuses);
        return ReconnectPolicy(defaults, [] { return 1.0; }).ended(ending).retry;
    };
    CHECK(retries(1000, 0));
    CHECK(retries(1006, 0));
    CHECK(retries(1011, 0));
    for (const std::uint16_t code : {1008, 1010, 3000, 3003}) CHECK_FALSE(retries(code, 0));
    CHECK(retries(1009, 0));
    CHECK(retries(3001, 0));
    CHECK_FALSE(retries(0, 301));
    CHECK_FALSE(retries(0, 401));
    CHECK_FALSE(retries(0, 404));
    CHECK_FALSE(retries(0, 300));
    CHECK_FALSE(retries(0, 499));
    CHECK(retries(0, 200));
    CHECK(retries(0, 408));
    CHECK(retries(0, 425));
    CHECK(retries(0, 429));
    CHECK(retries(0, 500));
    CHECK(retries(0, 503));
    auto off = settings();
    off.enabled = false;
    CHECK_FALSE(ReconnectPolicy(off, [] { return 1.0; }).ended({}).retry);
}

TEST_CASE("reconnect policy: a close code is not final after a stable connection, and options say which are") {
    auto picky = settings();
    picky.give_up_close_codes = CodeRanges({"1001", "4000-4099"});
    picky.give_up_http_statuses = CodeRanges({"503"});
    const auto retries = [&](std::uint16_t code, int status, bool was_stable) {
        ReconnectPolicy::Ending ending;
        ending.close_code = code;
        ending.http_status = status;
        ending.was_stable = was_stable;
        return ReconnectPolicy(picky, [] { return 1.0; }).ended(ending).retry;
    };
    CHECK_FALSE(retries(1001, 0, false));
    CHECK(retries(1001, 0, true));
    CHECK_FALSE(retries(4000, 0, false));
    CHECK_FALSE(retries(4099, 0, false));
    CHECK(retries(4100, 0, false));
    CHECK(retries(1008, 0, false));
    CHECK_FALSE(retries(0, 503, false));
    CHECK(retries(0, 401, false));
}

TEST_CASE("reconnect policy: a peer that flaps for a day is asked less often than the cap allows") {
    auto flapping = settings();
    flapping.initial = 100ms;
    flapping.maximum = 60'000ms;
    unsigned seed = 1;
    ReconnectPolicy policy(flapping, [&seed] {
        seed = seed * 1'103'515'245 + 12'345;
        return static_cast<double>(seed >> 16 & 0x7FFF) / 0x8000;
    });
    std::chrono::milliseconds now{};
    int connects = 0;
    while (now < 24h) {
        ++connects;
        const auto decision = policy.ended({});
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
    for (int i = 0; i < 100; ++i) CHECK(policy.ended({}).delay == 20ms);
}

TEST_CASE("reconnect policy: both forms of Retry-After are understood") {
    using laminar::parse_retry_after;
    const auto now = std::chrono::system_clock::from_time_t(784'111'777);  // Sun, 06 Nov 1994 08:49:37 GMT
    CHECK(parse_retry_after("120", now) == 120s);
    CHECK(parse_retry_after("0", now) == 0s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == 60s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now) == 0s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 07:00:00 GMT", now) == 0s);
    // The obsolete forms, which recipients must understand too (RFC 9110 section 5.6.7).
    CHECK(parse_retry_after("Sunday, 06-Nov-94 08:50:37 GMT", now) == 60s);
    CHECK(parse_retry_after("Sun Nov  6 08:50:37 1994", now) == 60s);
    // What is beyond all numbers is the longest there is.
    for (const char* endless : {"4294967295", "4294967296", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
        CAPTURE(endless);
        const auto wait = parse_retry_after(endless, now);
        REQUIRE(wait);
        CHECK(*wait > 24h * 365 * 100);
        ReconnectPolicy::Ending ending;
        ending.http_status = 503;
        ending.retry_after = wait;
        CHECK(ReconnectPolicy(settings(), [] { return 1.0; }).ended(ending).delay == 1h);
    }
    for (const char* bad :
         {"", "soon", "-5", "1.5", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT+1", "120 s"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_retry_after(bad, now));
    }
}

TEST_CASE("reconnect policy: Retry-After is honoured within reason") {
    ReconnectPolicy::Ending ending;
    ending.http_status = 503;
    ending.retry_after = 7s;
    CHECK(ReconnectPolicy(settings(), [] { return 1.0; }).ended(ending).delay == 7s);
    ending.retry_after = 240h;
    CHECK(ReconnectPolicy(settings(), [] { return 1.0; }).ended(ending).delay == 1h);
}
