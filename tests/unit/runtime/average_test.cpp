#include "runtime/engine/functions/average.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"

using namespace laminar;

TEST_CASE("the average made of a sum and a count is that of the engine, bit by bit") {
    struct Numbers {
        std::string type;
        std::string size;
        ColumnType bound;
    };
    const auto decimal = [](std::uint8_t width, std::uint8_t scale) {
        ColumnType type(TypeId::decimal);
        type.width = width;
        type.scale = scale;
        return type;
    };
    const std::vector<Numbers> all{
        {"TINYINT", "100", TypeId::tinyint},        {"SMALLINT", "30000", TypeId::smallint},
        {"INTEGER", "2e9", TypeId::integer},        {"BIGINT", "9e18", TypeId::bigint},
        {"HUGEINT", "1e30", TypeId::hugeint},       {"DECIMAL(4, 2)", "99", decimal(4, 2)},
        {"DECIMAL(9, 3)", "9e5", decimal(9, 3)},    {"DECIMAL(12, 4)", "2", decimal(12, 4)},
        {"DECIMAL(18, 6)", "9e11", decimal(18, 6)}, {"DECIMAL(38, 10)", "9e20", decimal(38, 10)},
        {"DECIMAL(38, 22)", "9e5", decimal(38, 22)}};
    const auto engine = Engine::create({});
    // Of so many groups of different sizes that a division which is rounded otherwise shows.
    engine->execute(
        "CREATE TABLE numbers AS SELECT (i * i) % 20011 AS k, (hash(i) % 2000000014)::DOUBLE / 1000000007.0 - 1 AS x "
        "FROM range(300000) AS r(i)");
    for (const Numbers& each : all) {
        const std::string function = average_function_of(each.bound);
        const ResultTable found = engine->query(
            fmt::format("SELECT count(*), count(*) FILTER (WHERE a IS DISTINCT FROM b) FROM (SELECT avg(v) AS a, "
                        "{}(sum(v), count(v)) AS b FROM (SELECT k, CAST(x * {} AS {}) AS v FROM numbers) GROUP BY k)",
                        function, each.size, each.type));
        CHECK_MESSAGE(found.values[0].values<std::int64_t>()[0] > 5000, each.type);
        CHECK_MESSAGE(found.values[1].values<std::int64_t>()[0] == 0, each.type);
    }
    const ResultTable none = engine->query(fmt::format(
        "SELECT {0}(NULL::HUGEINT, 0::BIGINT), {0}(sum(v), count(v)) FROM (SELECT 1::BIGINT AS v WHERE false)",
        average_function_of(TypeId::bigint)));
    CHECK_FALSE(none.values[0].is_valid(0));
    CHECK_FALSE(none.values[1].is_valid(0));

    // Quotients so close to the middle between two of DOUBLE that it matters in which precision they are divided.
    struct Quotient {
        int sum;
        int count;
        int divisor;
    };
    const std::vector<Quotient> close{{47873, 3, 10000}, {34627, 3, 10000}, {45998, 3, 10000},
                                      {9892, 2051, 1},   {5941, 2055, 1},   {9277, 2059, 1},
                                      {9892, 2051, 100}, {5941, 2055, 100}, {9277, 2059, 100}};
    for (const Numbers& each : all) {
        for (const Quotient& quotient : close) {
            const ResultTable found = engine->query(fmt::format(
                "SELECT avg(v), {}(sum(v), count(v)) FROM (SELECT CAST(({} + CASE WHEN i < {} THEN 1 ELSE 0 END) / {} "
                "AS "
                "{}) AS v FROM range({}) AS r(i))",
                average_function_of(each.bound), quotient.sum / quotient.count, quotient.sum % quotient.count,
                quotient.divisor == 1 ? "1" : fmt::format("{}.0", quotient.divisor), each.type, quotient.count));
            CHECK_MESSAGE(found.values[0].values<double>()[0] == found.values[1].values<double>()[0], each.type, " ",
                          quotient.sum, " / ", quotient.count, " / ", quotient.divisor);
        }
    }
}
