#include "runtime/storage/state_table.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "runtime/flow/rows/result_rows.h"

using namespace laminar;

namespace {

const std::vector<OutputColumn> number_column{{"n", TypeId::bigint}};
const StateIdentity totals{"Totals:top.from:left", 0x0123456789abcdef};

ResultTable numbers(std::int64_t first, std::size_t count) {
    ResultTable rows = empty_rows(number_column);
    for (std::size_t row = 0; row < count; ++row) rows.values.front().append(first + static_cast<std::int64_t>(row));
    rows.rows = count;
    return rows;
}

struct StateFixture {
    std::unique_ptr<Engine> engine = Engine::create({});

    std::int64_t sum(const std::string& from) {
        return engine->query("SELECT coalesce(sum(n), 0)::BIGINT FROM " + from)
            .values.front()
            .values<std::int64_t>()[0];
    }
};

}  // namespace

TEST_CASE_FIXTURE(StateFixture,
                  "state is opened by who has the fingerprint it was made with, and made where there is none") {
    StateTable made(*engine, totals, number_column);
    made.buffer(numbers(1, 3));
    made.begin_changes();
    made.write();
    made.on_commit();

    StateTable opened(*engine, totals, number_column);
    CHECK(opened.rows() == 3);
    CHECK(sum(opened.both()) == 6);
    opened.buffer(numbers(10, 1));
    CHECK(sum(opened.both()) == 16);
    opened.begin_changes();
    opened.write();
    opened.on_commit();
    CHECK(opened.rows() == 4);
    CHECK(sum(made.table()) == 16);
}

TEST_CASE_FIXTURE(StateFixture, "state of another query is not opened") {
    const StateTable made(*engine, totals, number_column);
    const auto open_other = [&] { const StateTable other(*engine, {totals.name, 0xff}, number_column); };
    CHECK_THROWS_WITH_AS(open_other(),
                         "the state \"Totals:top.from:left\" is that of another query: its fingerprint is "
                         "0123456789abcdef, and that of this query 00000000000000ff",
                         EngineException);
    // It is there still.
    CHECK(sum(made.table()) == 0);
}

TEST_CASE_FIXTURE(StateFixture, "state ends with the operator that has it") {
    {
        StateTable made(*engine, totals, number_column);
        made.buffer(numbers(1, 3));
        made.begin_changes();
        made.write();
        made.on_commit();
    }
    const StateTable anew(*engine, {totals.name, 0xff}, number_column);
    CHECK(anew.rows() == 0);
}

TEST_CASE_FIXTURE(StateFixture, "rows that are not written stay buffered, beside those of the next cycle") {
    StateTable state(*engine, totals, number_column);
    state.buffer(numbers(1, 2));
    CHECK(state.rows() == 0);
    state.begin_changes();
    state.on_commit();
    CHECK(state.rows() == 2);
    CHECK(state.is_table_empty());
    state.buffer(numbers(3, 1));
    CHECK(sum(state.buffered()) == 6);
    CHECK(state.rows() == 2);
    state.begin_changes();
    state.replace_buffer(numbers(2, 2));
    state.on_commit();
    CHECK(sum(state.both()) == 5);
    CHECK(state.rows() == 2);
}

TEST_CASE_FIXTURE(StateFixture, "after a rollback the same rows are written again") {
    StateTable state(*engine, totals, number_column);
    state.buffer(numbers(1, 3));
    engine->begin();
    state.begin_changes();
    state.write();
    CHECK(state.rows() == 3);
    engine->rollback();
    CHECK(sum(state.table()) == 0);
    engine->begin();
    state.begin_changes();
    state.write();
    engine->commit();
    state.on_commit();
    CHECK(state.rows() == 3);
    CHECK(sum(state.table()) == 6);
    CHECK(sum(state.buffered()) == 0);
}
