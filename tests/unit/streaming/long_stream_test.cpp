// Streams so long that operators forget what they no longer need, and merge what they keep, along the way.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "query_file.h"

using namespace laminar::test;

namespace {

/// A number below limit, which looks random and is the same for the same row and salt.
std::string noise(int salt, int limit) { return fmt::format("(hash(i * 31 + {}) % {})::BIGINT", salt, limit); }

/// SQL for the time of row i: rows come every pause milliseconds, up to four seconds out of order; a few come too late.
std::string time_of_row(int pause) {
    return fmt::format(
        "TIMESTAMP '2024-03-01 10:00:00' + to_milliseconds(i * {} + {} - CASE WHEN i % 97 = 0 THEN 30000 ELSE 0 END)",
        pause, noise(1, 4000));
}

std::string trades(int rows, int symbols, int pause) {
    return fmt::format(
        "SELECT 'S' || {}, {} / 8.0, {}, {} / 10000.0, CASE WHEN {} = 0 THEN 'buy' ELSE 'sell' END, {} FROM "
        "range({}) AS r(i)",
        noise(2, symbols), noise(3, 3000), noise(4, 40), noise(5, 20000), noise(6, 2), time_of_row(pause), rows);
}

Recording make_long_recording(const std::string& name, const std::string& trades_sql) {
    std::map<std::string, std::string> queries;
    queries["trades"] = trades_sql;
    queries["quotes"] = fmt::format("SELECT 'S' || {}, {} / 8.0, {} / 8.0, {} FROM range(6000) AS r(i)", noise(2, 7),
                                    noise(3, 3000), noise(4, 3000), time_of_row(800));
    queries["orders"] = fmt::format("SELECT i, 'C' || {}, {} / 100.0, {} FROM range(5000) AS r(i)", noise(2, 5),
                                    noise(3, 50000), time_of_row(1000));
    queries["payments"] = fmt::format("SELECT i - {}, 'M' || {}, {} / 100.0, {} FROM range(5000) AS r(i)", noise(2, 40),
                                      noise(3, 3), noise(4, 50000), time_of_row(1000));
    return {name, queries};
}

}  // namespace

TEST_CASE("many groups") {
    // So many that their parts do not wait for their windows but go to the state's table, and are merged there.
    const Recording recording = make_long_recording("many groups", trades(44000, 25000, 2));
    for (const char* file : {"tumble", "window_aggregates"}) {
        for (const QueryCase& each : read_query_file(file)) {
            // Without a key there are as many groups as windows.
            if (each.query.find("symbol") != std::string::npos)
                check_case(each, recording, {{3000, Feeding::Order::together}});
        }
    }
}

TEST_CASE("many doubles") {
    // Numbers of very different size, none of which is exact, and so many of each key that any other order shows.
    const std::string price = fmt::format(
        "CASE {0} WHEN 0 THEN 0.1 WHEN 1 THEN 1e16 WHEN 2 THEN -1e16 WHEN 3 THEN 1.0::DOUBLE / 3 ELSE {1} / "
        "7.0::DOUBLE "
        "END",
        noise(7, 9), noise(3, 3000000));
    const std::string rows = fmt::format(
        "SELECT 'S' || {}, {}, {}, {} / 10000.0, CASE {} WHEN 0 THEN 'buy' WHEN 1 THEN 'sell' END, TIMESTAMP "
        "'2024-03-01 10:00:00' + to_milliseconds(i + {}) FROM range(12000) AS r(i)",
        noise(2, 7), price, noise(4, 40), noise(5, 20000), noise(6, 3), noise(1, 4000));
    const Recording recording = make_long_recording("many doubles", rows);
    for (const QueryCase& each : read_query_file("doubles")) {
        check_case(
            each, recording,
            {{700, Feeding::Order::together}, {9000, Feeding::Order::together}, {100'000, Feeding::Order::together}});
    }
}

TEST_CASE("long streams") {
    const Recording recording = make_long_recording("long streams", trades(12000, 7, 400));
    for (const char* file :
         {"asof_joins", "changing_aggregates", "deduplication", "frames", "interval_joins", "session"}) {
        for (const QueryCase& each : read_query_file(file))
            check_case(each, recording, {{900, Feeding::Order::together}});
    }
}
