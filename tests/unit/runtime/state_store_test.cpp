#include "runtime/storage/kept/state_store.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "connectors/rows/row_facts.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/storage/kept/message_window.h"
#include "runtime/storage/state_table.h"

using namespace laminar;

namespace {

struct StoreFixture {
    std::unique_ptr<Engine> engine = Engine::create({});
    StateStore store{*engine};

    void commit() {
        EngineTransaction transaction(*engine);
        store.write();
        transaction.commit();
        store.on_commit();
    }
    std::int64_t integer(const std::string& sql) { return engine->query(sql).values[0].values<std::int64_t>()[0]; }
};

ResultTable number(std::int64_t value) {
    ResultTable rows = empty_rows({{"n", TypeId::bigint}});
    rows.values.front().append(value);
    rows.rows = 1;
    return rows;
}

/// Rows of messages, by the ids that they bring; an empty one brings none.
class Rows {
public:
    void add(std::uint64_t sequence, const std::string& id) {
        Message message;
        message.sequence = sequence;
        facts.append(message, id.empty() ? std::nullopt : std::optional<std::string_view>(id));
    }
    RowFacts facts;
};

using Known = std::vector<std::size_t>;

}  // namespace

TEST_CASE_FIXTURE(StoreFixture, "numbers are there again, those of a commit that failed are not") {
    CHECK(store.find("pipeline:p") == nullptr);
    store.set("pipeline:p", {{"rows in", 1}, {"clock 0", -5}});
    commit();
    store.set("pipeline:p", {{"rows in", 2}});
    {
        const EngineTransaction undone(*engine);
        store.write();
    }
    store.forget_uncommitted();
    const StateStore again(*engine);
    const StateNumbers expected{{"rows in", 1}, {"clock 0", -5}};
    REQUIRE(again.find("pipeline:p"));
    CHECK(*again.find("pipeline:p") == expected);
    CHECK(*store.find("pipeline:p") == expected);
    CHECK(again.last_commit_before().has_value());
}

TEST_CASE_FIXTURE(StoreFixture, "a number is changed in its place, and an owner that is removed has none") {
    for (std::int64_t value = 0; value < 5; ++value) {
        store.set("table:t", {{"place", value}});
        commit();
    }
    CHECK(integer("SELECT count(*) FROM laminar_kept.numbers WHERE owner = 'table:t'") == 1);
    CHECK(integer("SELECT value FROM laminar_kept.numbers WHERE owner = 'table:t'") == 4);
    engine->execute("INSERT INTO laminar_kept.message_ids VALUES ('table:t', '', 1, 'a'), ('table:u', '', 1, 'a')");
    store.remove("table:t");
    commit();
    CHECK(store.find("table:t") == nullptr);
    CHECK(StateStore(*engine).find("table:t") == nullptr);
    CHECK(integer("SELECT count(*) FROM laminar_kept.message_ids") == 1);
}

TEST_CASE_FIXTURE(StoreFixture, "an object that replaces another is known by a number") {
    CHECK(store.replacement_of("Totals") == 0);
    store.set_replacement("Totals", 3);
    store.set_replacement("other", 2);
    commit();
    CHECK(StateStore(*engine).replacement_of("TOTALS") == 3);
    CHECK(StateStore(*engine).last_replacement() == 3);
    store.set_replacement("totals", 0);
    commit();
    CHECK(StateStore(*engine).last_replacement() == 2);
}

TEST_CASE_FIXTURE(StoreFixture, "state outlasts its operator when the process ends, and not when it is dropped") {
    const auto keep = [&](const std::string& name) {
        StateTable state(*engine, {name, 1, &store}, {{"n", TypeId::bigint}});
        state.buffer(number(7));
        CHECK(state.is_buffer_full());
        state.begin_changes();
        state.write();
        state.on_commit();
    };
    keep("dropped:top");
    CHECK(integer("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'laminar_state'") == 0);
    store.close();
    keep("kept:top");
    StateStore next(*engine);
    const StateTable opened(*engine, {"kept:top", 1, &next, true}, {{"n", TypeId::bigint}});
    CHECK(opened.rows() == 1);
    const auto open_missing = [&] {
        const StateTable missing(*engine, {"missing:top", 1, &next, true}, {{"n", TypeId::bigint}});
    };
    CHECK_THROWS_WITH_AS(open_missing(), "the state \"missing:top\" is missing, or is that of another query",
                         EngineException);
    engine->execute("CREATE TABLE laminar_state.\"left:top\" (n INT); CREATE TABLE laminar_state.\"late:top\" (n INT)");
    next.drop_unclaimed([](const std::string& name) { return name == "late:top"; });
    CHECK(integer("SELECT count(*) FROM duckdb_tables() WHERE table_name IN ('kept:top', 'late:top')") == 2);
    CHECK(integer("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'left:top'") == 0);
}

TEST_CASE_FIXTURE(StoreFixture, "messages are known by the ids that they bring, from their commit on") {
    MessageWindow window(*engine, "table:t", "");
    Rows first;
    first.add(1, "a");
    first.add(1, "a");  // Two rows of one message.
    first.add(2, "b");
    first.add(3, "a");  // It comes a second time at once.
    first.add(4, "");
    CHECK(window.known_rows(first.facts) == Known{3});
    {
        const EngineTransaction undone(*engine);
        window.write();
    }
    CHECK(window.known_rows(first.facts) == Known{3});
    window.write();
    window.on_commit();
    Rows second;
    second.add(1, "b");
    second.add(2, "c");
    second.add(3, "");
    CHECK(window.known_rows(second.facts) == Known{0});
    CHECK(window.known_rows(second.facts) == Known{0});
    window.forget({"c"});  // It has failed.
    window.write();
    window.on_commit();
    CHECK(window.known_rows(second.facts) == Known{0});
    // Also in the next process; others do not know them.
    CHECK(MessageWindow(*engine, "table:t", "").known_rows(second.facts) == Known{0});
    CHECK(MessageWindow(*engine, "table:t", "input 0").known_rows(second.facts).empty());
}

TEST_CASE_FIXTURE(StoreFixture, "the window of messages has a bound") {
    MessageWindow window(*engine, "table:t", "");
    const std::size_t count = MessageWindow::latest + MessageWindow::latest / 5;
    for (std::size_t begin = 0; begin < count; begin += count / 4) {
        Rows rows;
        for (std::size_t row = begin; row < begin + count / 4; ++row) rows.add(row + 1, "m" + std::to_string(row));
        CHECK(window.known_rows(rows.facts).empty());
        window.write();
        window.on_commit();
    }
    CHECK(integer("SELECT count(*) FROM laminar_kept.message_ids") == MessageWindow::latest);
    Rows again;
    again.add(1, "m0");
    again.add(2, "m" + std::to_string(count - 1));
    CHECK(window.known_rows(again.facts) == Known{1});
    CHECK(MessageWindow(*engine, "table:t", "").known_rows(again.facts) == Known{1});
}
