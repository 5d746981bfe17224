// Random streams, random sizes of windows, random batches. A failure names its seed; LAMINAR_STREAMING_SEED=n runs that
// one alone, and LAMINAR_STREAMING_SEEDS=n as many as that.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

#include "case_runner.h"
#include "random_recording.h"

using namespace laminar::test;

namespace {

constexpr std::uint64_t usual_seeds = 8;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::vector<QueryCase> random_cases(std::mt19937_64& random) {
    const auto between = [&](std::int64_t least, std::int64_t most) { return random_between(random, least, most); };
    const std::int64_t size = between(1, 90);
    const std::string seconds = fmt::format("INTERVAL '{} seconds'", size);
    const std::string bucket = fmt::format("time_bucket({}, $, TIMESTAMP '1970-01-01')", seconds);
    const std::int64_t slide = between(1, 20);
    const std::int64_t hop = slide * between(1, 5) + between(0, slide - 1);
    const std::int64_t gap = between(1, 40);
    const std::int64_t rows = between(0, 6);
    const std::int64_t ahead = between(0, 1) * rows;
    const std::int64_t before = between(0, 30);
    const std::int64_t after = between(0, 30);
    const std::string hops = fmt::format("INTERVAL '{} seconds', INTERVAL '{} seconds'", slide, hop);
    return {
        {"tumbling",
         fmt::format("SELECT symbol, TUMBLE(ts, {}) AS w, COUNT(*) AS n, SUM(quantity) AS q, AVG(price) AS a FROM "
                     "trades GROUP BY symbol, w",
                     seconds),
         {{"trades", bucket}},
         fmt::format("SELECT symbol, {{'start': b, 'end': b + {0}}} AS w, count(*) AS n, sum(quantity) AS q, "
                     "avg(price) AS a FROM (SELECT *, "
                     "make_timestamp((epoch_us(ts) // ({1} * 1000000)) * {1} * 1000000) AS b FROM {{trades}}) GROUP BY "
                     "symbol, b",
                     seconds, size)},
        {"hopping",
         fmt::format("SELECT side, HOP(ts, {}) AS w, COUNT(*) AS n, MEDIAN(price) AS m FROM trades GROUP BY side, w",
                     hops),
         {},
         fmt::format("SELECT side, {{'start': s, 'end': s + INTERVAL '{1} seconds'}} AS w, count(*) AS n, "
                     "median(price) AS m FROM {{trades}} JOIN (SELECT "
                     "unnest(generate_series(make_timestamp((epoch_us(TIMESTAMP '2024-03-01 09:55:00') // ({0} * "
                     "1000000)) * {0} * 1000000), TIMESTAMP "
                     "'2024-03-01 12:00:00', INTERVAL '{0} seconds')) AS s) ON s <= ts AND ts < s + INTERVAL '{1} "
                     "seconds' AND (w IS NULL OR s > time_bucket(INTERVAL '{0} seconds', w - INTERVAL '{1} seconds', "
                     "TIMESTAMP '1970-01-01')) GROUP BY side, s",
                     slide, hop)},
        {"sessions",
         fmt::format(
             "SELECT symbol, SESSION(ts, INTERVAL '{} seconds') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w",
             gap),
         {},
         fmt::format("SELECT symbol, {{'start': min(ts), 'end': max(ts) + INTERVAL '{0} seconds'}} AS w, count(*) AS n "
                     "FROM (SELECT *, sum(begins) OVER (PARTITION "
                     "BY symbol ORDER BY ts, n) AS island FROM (SELECT *, CASE WHEN ts - lag(ts) OVER (PARTITION BY "
                     "symbol ORDER BY ts, n) < INTERVAL '{0} seconds' "
                     "THEN 0 ELSE 1 END AS begins FROM {{trades}})) GROUP BY symbol, island",
                     gap),
         {},
         {{"trades", "symbol", fmt::format("INTERVAL '{} seconds'", gap), "true"}}},
        {"frames",
         fmt::format("SELECT symbol, ts, SUM(quantity) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN {} PRECEDING "
                     "AND {} FOLLOWING) AS s, COUNT(*) OVER "
                     "(PARTITION BY side ORDER BY ts RANGE BETWEEN INTERVAL '{} seconds' PRECEDING AND CURRENT ROW) AS "
                     "c FROM trades",
                     rows, ahead, before),
         {{"trades", "$"}},
         fmt::format("SELECT symbol, ts, sum(quantity) OVER (PARTITION BY symbol ORDER BY ts, n ROWS BETWEEN {} "
                     "PRECEDING AND {} FOLLOWING) AS s, count(*) OVER "
                     "(PARTITION BY side ORDER BY ts RANGE BETWEEN INTERVAL '{} seconds' PRECEDING AND CURRENT ROW) AS "
                     "c FROM {{trades}}",
                     rows, ahead, before)},
        {"interval join",
         fmt::format(
             "SELECT t.symbol, t.ts, q.ts AS qts, t.price, q.bid FROM trades AS t {} JOIN quotes AS q ON t.symbol = "
             "q.symbol AND q.ts BETWEEN t.ts - INTERVAL "
             "'{} seconds' AND t.ts + INTERVAL '{} seconds'",
             std::vector<std::string>{"INNER", "LEFT", "RIGHT", "FULL"}[static_cast<std::size_t>(between(0, 3))],
             before, after),
         {{"trades", "$"}, {"quotes", "$"}}},
        {"window join",
         fmt::format("SELECT t.symbol, t.w, t.n, q.m FROM (SELECT symbol, TUMBLE(ts, {0}) AS w, COUNT(*) AS n FROM "
                     "trades GROUP BY symbol, w) AS t FULL JOIN (SELECT "
                     "symbol, TUMBLE(ts, {0}) AS w, COUNT(*) AS m FROM quotes GROUP BY symbol, w) AS q ON t.symbol = "
                     "q.symbol AND t.w = q.w",
                     seconds),
         {{"trades", bucket}, {"quotes", bucket}}},
        {"changing join",
         "SELECT o.customer, COUNT(p.order_id) AS n, SUM(p.amount) AS paid FROM orders AS o LEFT JOIN payments AS p ON "
         "o.order_id = p.order_id GROUP BY o.customer"},
        {"changing aggregate", fmt::format("SELECT k, COUNT(*) AS groups, MAX(q) AS q FROM (SELECT symbol, side, "
                                           "COUNT(*) % 3 AS k, SUM(quantity) AS q FROM trades GROUP BY symbol, side "
                                           "HAVING COUNT(*) > {}) GROUP BY k",
                                           between(0, 4))},
    };
}

}  // namespace

TEST_CASE("random streams") {
    const std::uint64_t only = number_from_environment("LAMINAR_STREAMING_SEED", 0);
    const std::uint64_t last = only > 0 ? only : number_from_environment("LAMINAR_STREAMING_SEEDS", usual_seeds);
    for (std::uint64_t seed = only > 0 ? only : 1; seed <= last; ++seed) {
        const auto recording = make_random_recording(seed);
        std::mt19937_64 random(seed);
        for (QueryCase& each : random_cases(random)) {
            each.name = fmt::format("seed {}: {}", seed, each.name);
            check_case(each, *recording, {{1 + random() % 30, Feeding::Order::at_random, random(), random() % 2 == 0}});
        }
    }
}
