// Aggregates by key that are kept in memory: what they come to is what the engine's statement makes of all rows.

#include "runtime/flow/direct/direct_groups.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "flow_fixture.h"
#include "parser/ast/builders.h"
#include "runtime/flow/rows/changelog.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/operator_rows.h"

using namespace laminar;
using namespace laminar::test;

namespace {

/// Columns with everything that comparing and adding up may trip over.
constexpr const char* rows_sql = R"(
    SELECT (i % 3)::INTEGER AS k,
           [3, NULL, 127, -128, 0, 3, NULL, 5][i % 8 + 1]::TINYINT AS tiny,
           [9223372036854775807, -9223372036854775808, 1, NULL][i % 4 + 1]::BIGINT AS big,
           [18446744073709551615, 0, NULL][i % 3 + 1]::UBIGINT AS ubig,
           [170141183460469231731687303715884105727, NULL, -5][i % 3 + 1]::HUGEINT AS huge,
           ['0.1', 'nan', NULL, '-0.0', '0.0', '0.2', '0.7', '1e300', 'inf'][i % 9 + 1]::DOUBLE AS real,
           ['0.1', '-0.0', NULL, '3.25', 'nan'][i % 5 + 1]::FLOAT AS single,
           ['b', '', NULL, 'ä', 'a', 'a text that does not fit into a few bytes', 'B'][i % 7 + 1] AS name,
           [true, NULL, false][i % 3 + 1] AS flag,
           ['0.01', '-99.99', NULL][i % 3 + 1]::DECIMAL(4, 2) AS small_decimal,
           ['999999999999999.999', NULL, '0.001'][i % 3 + 1]::DECIMAL(18, 3) AS decimal,
           ['1.5', NULL][i % 2 + 1]::DECIMAL(38, 4) AS wide_decimal,
           ['2024-01-01', 'infinity', NULL][i % 3 + 1]::DATE AS day,
           ['2024-01-01 12:00:00', '1969-12-31 23:59:59.999999', NULL][i % 3 + 1]::TIMESTAMP AS ts,
           ['2024-01-01 12:00:00.123456789', NULL][i % 2 + 1]::TIMESTAMP_NS AS ns,
           ['2024-01-01 12:00:00+00', NULL][i % 2 + 1]::TIMESTAMPTZ AS zoned,
           ['12:00:00', NULL][i % 2 + 1]::TIME AS clock,
           [[1], NULL][i % 2 + 1] AS list,
           [INTERVAL '1 month', INTERVAL '30 days'][i % 2 + 1] AS span
    FROM range(60) AS r(i))";

class Fixture {
public:
    Fixture() : rows_(engine_->prepare(rows_sql)->execute()), slot_(engine_->create_row_slot("rows", rows_.columns)) {}

    struct Aggregate {
        std::string function;  ///< Empty: the column is a key.
        std::string column;    ///< Empty: all rows are counted.
    };

    std::unique_ptr<PreparedQuery> statement(const std::vector<Aggregate>& aggregates) {
        std::string items;
        std::string keys;
        for (const Aggregate& each : aggregates) {
            const std::string text = each.function.empty() ? each.column
                                     : each.column.empty() ? "count(*)"
                                                           : fmt::format("{}({})", each.function, each.column);
            items += (items.empty() ? "" : ", ") + text;
            if (each.function.empty()) keys += (keys.empty() ? " GROUP BY " : ", ") + each.column;
        }
        return engine_->prepare(fmt::format("SELECT {} FROM {}{}", items, slot_->from_sql(), keys));
    }

    /// What the statement makes of all rows.
    ResultTable by_statement(const std::vector<Aggregate>& aggregates) {
        const ShownRows shown(*slot_, rows_);
        return statement(aggregates)->execute();
    }

    std::unique_ptr<DirectGroups> make(const std::vector<Aggregate>& aggregates) {
        AggregateParts parts;
        parts.rows = rows_.columns;
        for (const Aggregate& each : aggregates) {
            AggregatePart part{.function = each.function};
            if (!each.column.empty()) part.argument = make_column(operator_rows_alias, each.column, {});
            parts.columns.push_back(std::move(part));
        }
        return DirectGroups::make(*engine_, parts, statement(aggregates)->columns());
    }

    /// The same rows, so many at a time.
    void take_all(DirectGroups& groups, std::size_t at_a_time) {
        for (std::size_t first = 0; first < rows_.rows; first += at_a_time) {
            groups.take(some(first, at_a_time));
            groups.commit();
        }
    }
    ResultTable some(std::size_t first, std::size_t count) {
        ResultTable rows = empty_rows(rows_.columns);
        for (std::size_t row = first; row < std::min(first + count, rows_.rows); ++row, ++rows.rows) {
            for (std::size_t column = 0; column < rows.values.size(); ++column)
                append_value(rows.values[column], rows_.values[column], row);
        }
        return rows;
    }

    std::unique_ptr<Engine> engine_ = Engine::create({});
    ResultTable rows_;
    std::unique_ptr<BatchSlot> slot_;
};

std::vector<std::string> sorted(std::vector<std::string> rows) {
    std::sort(rows.begin(), rows.end());
    return rows;
}

}  // namespace

TEST_CASE("groups in memory come to what the statement makes of all rows at once") {
    Fixture fixture;
    const std::vector<std::string> comparable{"tiny", "big",  "ubig",  "huge",          "real",    "single",
                                              "name", "flag", "day",   "small_decimal", "decimal", "wide_decimal",
                                              "ts",   "ns",   "zoned", "clock"};
    for (const std::string& column : comparable) {
        CAPTURE(column);
        std::vector<Fixture::Aggregate> aggregates{{"", "k"}, {"count", ""}};
        for (const char* function : {"count", "min", "max", "first", "last", "any_value"})
            aggregates.push_back({function, column});
        const bool adds_up = column == "tiny" || column == "big" || column == "ubig" || column == "real" ||
                             column == "single" || column == "small_decimal" || column == "decimal";
        if (adds_up) aggregates.push_back({"sum", column});
        const std::vector<std::string> expected = sorted(as_json(fixture.by_statement(aggregates)));
        for (const std::size_t at_a_time : {1U, 2U, 7U, 60U}) {
            CAPTURE(at_a_time);
            const auto groups = fixture.make(aggregates);
            REQUIRE(groups);
            fixture.take_all(*groups, at_a_time);
            CHECK(groups->size() == expected.size());
            CHECK(sorted(as_json(groups->take_out())) == expected);
            // Kept elsewhere on the way, as they were each time: of a group the last holds.
            const auto before = fixture.make(aggregates);
            const auto later = fixture.make(aggregates);
            for (std::size_t first = 0; first < 30; first += at_a_time) {
                before->take(fixture.some(first, std::min<std::size_t>(at_a_time, 30 - first)));
                later->put(before->after());
                before->commit();
            }
            later->take(fixture.some(30, 30));
            later->commit();
            CHECK(sorted(as_json(later->all())) == expected);
            CHECK(later->size() == expected.size());
        }
        // As the key.
        const std::vector<Fixture::Aggregate> by_column{{"", column}, {"", "k"}, {"count", ""}, {"max", "name"}};
        const auto groups = fixture.make(by_column);
        REQUIRE(groups);
        fixture.take_all(*groups, 1);
        CHECK(sorted(as_json(groups->take_out())) == sorted(as_json(fixture.by_statement(by_column))));
    }
    // Without a key: one group.
    const std::vector<Fixture::Aggregate> total{{"count", ""}, {"sum", "real"}, {"min", "name"}, {"count", "list"}};
    const auto groups = fixture.make(total);
    REQUIRE(groups);
    fixture.take_all(*groups, 4);
    CHECK(as_json(groups->take_out()) == as_json(fixture.by_statement(total)));
}

TEST_CASE("what the engine alone compares or adds up needs a statement") {
    Fixture fixture;
    using Aggregates = std::vector<Fixture::Aggregate>;
    for (const Aggregates& aggregates :
         {Aggregates{{"", "list"}, {"count", ""}}, Aggregates{{"", "span"}, {"count", ""}}, Aggregates{{"max", "span"}},
          Aggregates{{"max", "list"}}, Aggregates{{"sum", "huge"}}, Aggregates{{"sum", "wide_decimal"}},
          Aggregates{{"avg", "real"}}, Aggregates{{"bool_and", "flag"}}, Aggregates{{"sum", "flag"}}}) {
        CAPTURE(aggregates.back().function + " " + aggregates.back().column);
        CHECK_FALSE(fixture.make(aggregates));
    }
}

TEST_CASE("groups tell what they were before a commit, and forget what is not committed") {
    Fixture fixture;
    const auto groups = fixture.make({{"", "k"}, {"count", ""}, {"last", "name"}});
    REQUIRE(groups);
    using Rows = std::vector<std::string>;
    const auto keys_and_counts = [](const ResultTable& rows) {
        Rows texts;
        for (std::size_t row = 0; row < rows.rows; ++row)
            texts.push_back(fmt::format("{}: {}", rows.values[0].values<std::int32_t>()[row],
                                        rows.values[1].values<std::int64_t>()[row]));
        return texts;
    };
    groups->take(fixture.some(0, 2));
    CHECK(keys_and_counts(groups->before()).empty());
    CHECK(keys_and_counts(groups->after()) == Rows{"0: 1", "1: 1"});
    groups->commit();
    groups->take(fixture.some(1, 3));
    CHECK(keys_and_counts(groups->before()) == Rows{"1: 1", "0: 1"});
    CHECK(keys_and_counts(groups->after()) == Rows{"1: 2", "2: 1", "0: 2"});
    // Not committed: others come in the place of these.
    groups->take(fixture.some(2, 1));
    CHECK(keys_and_counts(groups->after()) == Rows{"2: 1"});
    CHECK(groups->size() == 3);
    groups->take(fixture.some(0, 1));
    CHECK(groups->size() == 2);
    groups->commit();
    CHECK(keys_and_counts(groups->take_out()) == Rows{"0: 2", "1: 1"});
    CHECK(groups->bytes() > 0);
    groups->commit();
    CHECK(groups->size() == 0);
    CHECK(groups->bytes() == 0);
}

TEST_CASE("groups leave when their time has come") {
    Fixture fixture;
    const auto groups = fixture.make({{"", "ts"}, {"", "name"}, {"count", ""}});
    REQUIRE(groups);
    fixture.take_all(*groups, 5);
    const std::size_t all = groups->size();
    const auto noon =
        fixture.engine_->query("SELECT TIMESTAMP '2024-01-01 12:00:00'").values[0].values<std::int64_t>()[0];
    CHECK(groups->least("ts") == -1);
    const ResultTable left = groups->take_out_before("ts", noon);
    CHECK(left.rows > 0);
    // Asked for once more before the commit, they are the same.
    CHECK(groups->take_out_before("ts", noon).rows == left.rows);
    groups->commit();
    CHECK(groups->size() < all);
    CHECK(groups->least("ts") == noon);
    // They go on from nothing, and what stayed goes on.
    groups->take(fixture.some(0, 2));
    CHECK(groups->before().rows == 1);
    CHECK(groups->after().rows == 2);
    groups->commit();
    CHECK(groups->take_out_before("ts", noon).rows == 1);
}
