#include "runtime/flow/operators/stream_clock.h"

#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>

#include "parser/read/parser.h"

using namespace laminar;

namespace {

constexpr std::int64_t second = 1'000'000;

/// An expression over the clock, as SQL.
ast::Expression expression_of(const std::string& text) {
    const auto source = std::make_shared<SourceText>("test", "SELECT " + text + ";");
    Diagnostics diagnostics(source);
    const ParsedScript script = parse_script(source, diagnostics);
    REQUIRE(!diagnostics.has_errors());
    const auto& select = std::get<ast::SelectStatement>(script.statements.front().node);
    return std::get<ast::Select>(select.query->body.node).items.front().value;
}

std::int64_t value_of(Engine& engine, const std::string& text, std::int64_t clock) {
    const ResultTable row = engine.query("SELECT CAST(" + text + " AS TIMESTAMP) FROM (SELECT make_timestamp(" +
                                         std::to_string(clock) + ") AS \"__clock\")");
    return row.values[0].values<std::int64_t>()[0];
}

}  // namespace

TEST_CASE("a bound follows its clock at once, although it is asked ahead") {
    const auto engine = Engine::create({});
    std::mt19937_64 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same numbers each time
    for (const char* text : {"time_bucket(INTERVAL '10 seconds', __clock, TIMESTAMP '1970-01-01 00:00:00')",
                             "date_trunc('month', __clock)", "__clock - INTERVAL '3 seconds'",
                             "time_bucket(INTERVAL '1 month', __clock) + INTERVAL '1 day'"}) {
        CAPTURE(text);
        StreamClocks clocks(1);
        TimeBound bound(*engine, text, {{0, expression_of(text)}}, clocks);
        CHECK(!bound.now().is_known());
        std::int64_t clock = -5 * second;
        for (int step = 0; step < 300; ++step) {
            const std::int64_t largest = std::int64_t{1} << (random() % 42);
            clock += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(largest));
            clocks[0].advance(clock);
            REQUIRE(bound.now().value() == value_of(*engine, text, clock));
        }
        clocks[0].finish();
        CHECK(bound.now().is_finished());
    }
}

TEST_CASE("a bound is asked for far from today as well") {
    const auto engine = Engine::create({});
    const std::string text = "time_bucket(INTERVAL '10 seconds', __clock, TIMESTAMP '1970-01-01 00:00:00')";
    StreamClocks clocks(1);
    TimeBound bound(*engine, "far", {{0, expression_of(text)}}, clocks);
    clocks[0].advance(-300'000'000'000 * second);
    CHECK_NOTHROW((void)bound.now());
    clocks[0].advance(9'000'000'000'000 * second);
    CHECK(bound.now().value() == value_of(*engine, text, 9'000'000'000'000 * second));
}
