#include "runtime/engine/functions/exact_sum.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/engine/functions/average.h"

using laminar::ExactSum;

namespace {

double exact(const std::vector<double>& values) {
    ExactSum sum;
    for (const double value : values) sum.add(value);
    return sum.value();
}

}  // namespace

TEST_CASE("an exact sum is rounded once, to the nearest double") {
    CHECK(exact({}) == 0.0);
    CHECK(exact({0.1, 0.2, 0.3}) == 0.6);
    CHECK(exact({1e16, 1, -1e16}) == 1.0);
    CHECK(exact({1e308, 1e308, -1e308}) == 1e308);
    CHECK(exact({5e-324, 5e-324}) == 1e-323);
    CHECK(exact({2.2250738585072014e-308, -5e-324}) == 2.225073858507201e-308);
    // Halfway between two doubles: to the even one, unless there is a little more or less.
    CHECK(exact({9007199254740992, 1}) == 9007199254740992.0);
    CHECK(exact({9007199254740992, 1, 1e-300}) == 9007199254740994.0);
    CHECK(exact({9007199254740994, 1}) == 9007199254740996.0);
    CHECK(exact({9007199254740994, 1, -1e-300}) == 9007199254740994.0);
    CHECK(exact({-9007199254740994, -1, 1e-300}) == -9007199254740994.0);
    CHECK(std::isinf(exact({1e308, 1e308})));
    CHECK(exact({-std::numeric_limits<double>::infinity(), 1}) == -std::numeric_limits<double>::infinity());
    CHECK(std::isnan(exact({std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()})));
    CHECK(std::isnan(exact({std::numeric_limits<double>::quiet_NaN(), 1})));
}

TEST_CASE("an exact sum is the same in any order, cut anywhere") {
    std::mt19937_64 random(7);
    std::vector<double> values;
    for (int index = 0; index < 4000; ++index) {
        const double mantissa = static_cast<double>(random() % 2'000'001) / 3.0 - 333'333.0;
        values.push_back(std::ldexp(mantissa, static_cast<int>(random() % 240) - 120));
    }
    const double expected = exact(values);
    for (int turn = 0; turn < 20; ++turn) {
        std::shuffle(values.begin(), values.end(), random);
        ExactSum whole;
        ExactSum part;
        for (const double value : values) {
            part.add(value);
            if (random() % 50 != 0) continue;
            whole.add(ExactSum::from_bytes(part.bytes()));
            part = ExactSum();
        }
        whole.add(part);
        CHECK(whole.value() == expected);
    }
}

TEST_CASE("the engine adds up exactly") {
    const auto engine = laminar::Engine::create({});
    const laminar::ResultTable found = engine->query(
        "SELECT laminar_exact_value(laminar_exact_sum(v)), laminar_exact_value(laminar_exact_sum(v) FILTER (WHERE v > "
        "1e300)) "
        "FROM (SELECT CASE i % 3 WHEN 0 THEN 1e16 WHEN 1 THEN 1 WHEN 2 THEN -1e16 END AS v FROM range(3000) AS r(i)) "
        "AS t");
    CHECK(found.values[0].values<double>()[0] == 1000.0);
    CHECK_FALSE(found.values[1].is_valid(0));
    const laminar::ResultTable merged = engine->query(
        "SELECT k, laminar_exact_value(laminar_exact_sum(s)) FROM (SELECT i % 7 AS p, i % 2 AS k, "
        "laminar_exact_sum(0.1::DOUBLE) AS s "
        "FROM range(20000) AS r(i) GROUP BY ALL) GROUP BY k");
    CHECK(merged.rows == 2);
    // The double nearest to 0.1 is a little more: ten thousand of them are 1000.0000000000000555.
    CHECK(merged.values[1].values<double>()[0] == 1000.0);
}
