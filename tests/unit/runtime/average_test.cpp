#include "runtime/engine/functions/average.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"

using namespace laminar;

TEST_CASE("the average made of a sum and a count is that of the engine, bit by bit") {
    struct Numbers {
        std::string type;
        std::string size;
        std::optional<unsigned> scale;
    };
    const std::vector<Numbers> all{{"TINYINT", "100", {}},          {"SMALLINT", "30000", {}},
                                   {"INTEGER", "2e9", {}},          {"BIGINT", "9e18", {}},
                                   {"HUGEINT", "1e30", {}},         {"DECIMAL(4, 2)", "99", 2},
                                   {"DECIMAL(9, 3)", "9e5", 3},     {"DECIMAL(18, 6)", "9e11", 6},
                                   {"DECIMAL(38, 10)", "9e20", 10}, {"DECIMAL(38, 22)", "9e5", 22}};
    const auto engine = Engine::create({});
    // Of so many groups of different sizes that a division which is rounded otherwise shows.
    engine->execute(
        "CREATE TABLE numbers AS SELECT (i * i) % 20011 AS k, (hash(i) % 2000000014)::DOUBLE / 1000000007.0 - 1 AS x "
        "FROM range(300000) AS r(i)");
    for (const Numbers& each : all) {
        const std::string function = each.scale ? average_function_of_decimals(*each.scale) : average_function;
        const ResultTable found = engine->query(
            fmt::format("SELECT count(*), count(*) FILTER (WHERE a IS DISTINCT FROM b) FROM (SELECT avg(v) AS a, "
                        "{}(sum(v), count(v)) AS b FROM (SELECT k, CAST(x * {} AS {}) AS v FROM numbers) GROUP BY k)",
                        function, each.size, each.type));
        CHECK_MESSAGE(found.values[0].values<std::int64_t>()[0] > 5000, each.type);
        CHECK_MESSAGE(found.values[1].values<std::int64_t>()[0] == 0, each.type);
    }
    const ResultTable none = engine->query(fmt::format(
        "SELECT {0}(NULL::HUGEINT, 0::BIGINT), {0}(sum(v), count(v)) FROM (SELECT 1::BIGINT AS v WHERE false)",
        average_function));
    CHECK_FALSE(none.values[0].is_valid(0));
    CHECK_FALSE(none.values[1].is_valid(0));
}
