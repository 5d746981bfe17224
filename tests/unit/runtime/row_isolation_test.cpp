#include "runtime/flow/rows/row_isolation.h"

#include <doctest/doctest.h>

#include <set>

namespace laminar {

namespace {

/// Refuses parts that hold one of the bad rows, and notes which rows passed.
struct FakeStatement {
    std::set<std::size_t> bad;
    std::string error_type = "Conversion";
    std::vector<std::size_t> passed = {};
    std::size_t calls = 0;

    void operator()(std::size_t first, std::size_t count) {
        ++calls;
        const auto next = bad.lower_bound(first);
        if (next != bad.end() && *next < first + count)
            throw EngineException({.type = error_type, .message = "row " + std::to_string(*next)});
        for (std::size_t row = first; row < first + count; ++row) passed.push_back(row);
    }
};

std::vector<std::size_t> all_but(std::size_t rows, const std::set<std::size_t>& bad) {
    std::vector<std::size_t> good;
    for (std::size_t row = 0; row < rows; ++row) {
        if (!bad.contains(row)) good.push_back(row);
    }
    return good;
}

}  // namespace

TEST_CASE("every row that can pass does, once and in order, whatever rows are bad") {
    for (const std::set<std::size_t>& bad :
         std::vector<std::set<std::size_t>>{{}, {0}, {99}, {50}, {0, 99}, {3, 4, 5}, {0, 1, 2, 3, 50, 97, 98, 99}}) {
        FakeStatement statement{.bad = bad};
        const auto refused = process_in_parts(100, std::ref(statement));
        CHECK(statement.passed == all_but(100, bad));
        REQUIRE(refused.size() == bad.size());
        auto expected = bad.begin();
        for (const RefusedRow& row : refused) {
            CHECK(row.row == *expected);
            CHECK(row.reason == "row " + std::to_string(*expected));
            ++expected;
        }
    }
}

TEST_CASE("a batch without bad rows is one execution") {
    FakeStatement statement;
    CHECK(process_in_parts(10'000, std::ref(statement)).empty());
    CHECK(statement.calls == 1);
}

TEST_CASE("no rows, no executions") {
    FakeStatement statement;
    CHECK(process_in_parts(0, std::ref(statement)).empty());
    CHECK(statement.calls == 0);
}

TEST_CASE("a row that fails is tried again, as often as is asked for, and stays in its place") {
    std::vector<std::size_t> passed;
    std::size_t tries = 0;
    std::size_t passes_at = 0;
    const auto statement = [&](std::size_t first, std::size_t count) {
        if (first <= 5 && 5 < first + count) {
            if (count == 1) ++tries;
            if (count > 1 || tries != passes_at)
                throw EngineException({.type = "Conversion", .message = "try " + std::to_string(tries)});
        }
        for (std::size_t row = first; row < first + count; ++row) passed.push_back(row);
    };
    SUBCASE("and passes with the last try") {
        passes_at = 4;
        CHECK(process_in_parts(10, statement, 3).empty());
        CHECK(passed == all_but(10, {}));
        CHECK(tries == 4);
    }
    SUBCASE("in vain") {
        const auto refused = process_in_parts(10, statement, 3);
        REQUIRE(refused.size() == 1);
        CHECK(refused.front().row == 5);
        CHECK(refused.front().reason == "try 4");
        CHECK(passed == all_but(10, {5}));
        CHECK(tries == 4);
    }
}

TEST_CASE("errors that are not about values are not blamed on rows") {
    FakeStatement statement{.bad = {5}, .error_type = "Out of Memory"};
    CHECK_THROWS_AS((void)process_in_parts(10, std::ref(statement)), EngineException);
    CHECK(statement.calls == 1);
}

}  // namespace laminar
