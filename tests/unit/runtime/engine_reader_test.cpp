#include "runtime/engine/engine_reader.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

namespace laminar {
namespace {

std::int64_t number(const ResultTable& table) { return table.values.at(0).values<std::int64_t>()[0]; }

std::int64_t count_of(EngineReader& reader, const char* table) {
    return number(reader.prepare(std::string("SELECT count(*) FROM ") + table)->execute());
}

}  // namespace

TEST_CASE("a reader sees what was committed when its snapshot began, whatever the engine does meanwhile") {
    const auto engine = Engine::create({});
    engine->execute("CREATE TABLE numbers AS SELECT i FROM range(10000) AS r(i)");
    const auto reader = engine->make_reader();
    reader->begin();
    engine->execute("DELETE FROM numbers WHERE i < 9000");
    engine->execute("INSERT INTO numbers SELECT i FROM range(77) AS r(i)");
    CHECK(count_of(*reader, "numbers") == 10000);
    engine->execute("DROP TABLE numbers");
    CHECK(count_of(*reader, "numbers") == 10000);
    reader->end();
    CHECK_THROWS_AS((void)reader->prepare("SELECT count(*) FROM numbers"), EngineException);
    engine->execute("CREATE TABLE numbers AS SELECT i FROM range(3) AS r(i)");
    reader->begin();
    CHECK(count_of(*reader, "numbers") == 3);
    reader->end();
}

TEST_CASE("rows shown to a reader last as long as its snapshot") {
    const auto engine = Engine::create({});
    const auto reader = engine->make_reader();
    reader->begin();
    const std::string from = reader->show(engine->query("SELECT i, 'n' || i AS name FROM range(5000) AS r(i)"));
    CHECK(number(reader->prepare("SELECT count(DISTINCT name) FROM " + from)->execute()) == 5000);
    CHECK(number(reader->prepare("SELECT max(i) FROM " + from + " WHERE i < 4000")->execute()) == 3999);
    reader->end();
    CHECK_THROWS_AS((void)reader->prepare("SELECT * FROM " + from), EngineException);
}

TEST_CASE("what is lent to one connection is read by no other") {
    const auto engine = Engine::create({});
    engine->register_system_table({"numbers", {{"i", TypeId::bigint}}, [] { return ResultTable(); }});
    const ResultTable rows = engine->query("SELECT i FROM range(3) AS r(i)");
    const auto slot = engine->create_row_slot("lent", rows.columns);
    slot->set_rows(&rows);
    CHECK(number(engine->query("SELECT count(*) FROM laminar_batch('lent')")) == 3);
    const auto reader = engine->make_reader();
    const auto other = engine->make_reader();
    reader->begin();
    const std::string shown = reader->show(engine->query("SELECT 1 AS i"));
    CHECK(number(reader->prepare("SELECT count(*) FROM " + shown)->execute()) == 1);
    for (const char* from : {"laminar_batch('lent')", "laminar_numbered_batch('lent')", "laminar_system('numbers')"})
        CHECK_THROWS_WITH((void)reader->prepare(std::string("SELECT * FROM ") + from),
                          doctest::Contains("nothing is readable"));
    CHECK_THROWS_WITH((void)other->prepare("SELECT * FROM " + shown), doctest::Contains("nothing is readable"));
    CHECK_THROWS_AS((void)engine->query("SELECT * FROM " + shown), EngineException);
    reader->end();
}

TEST_CASE("what functions leave behind belongs to the connection that called them") {
    const auto engine = Engine::create({});
    const auto first = engine->make_reader();
    const auto second = engine->make_reader();
    first->set_connection_test_result("feed", R"({"ok": true})");
    const char* test = "SELECT CAST(laminar_connection_test('feed') IS NULL AS BIGINT)";
    CHECK(number(first->prepare(test)->execute()) == 0);
    CHECK(number(second->prepare(test)->execute()) == 1);
    CHECK(number(engine->query(test)) == 1);
    (void)first->prepare("SELECT laminar_acknowledge('feed', 'm1')")->execute();
    CHECK(engine->take_acknowledgements().empty());
    CHECK(second->take_acknowledgements().empty());
    engine->add_acknowledgements(first->take_acknowledgements());
    const auto taken = engine->take_acknowledgements();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].message_id == "m1");
}

TEST_CASE("an interrupt reaches the statement of its own connection alone") {
    const auto engine = Engine::create({});
    engine->execute("CREATE TABLE kept AS SELECT 1 AS i");
    const auto reader = engine->make_reader();
    std::atomic<bool> ended{false};
    std::string type;
    std::thread thread([&] {
        try {
            reader->begin();
            (void)reader->prepare("SELECT count(*) FROM range(100000000000) AS r(i) WHERE hash(i) = 1")->execute();
        } catch (const EngineException& problem) {
            type = problem.error().type;
        }
        reader->end();
        ended = true;
    });
    while (!ended) {
        reader->interrupt();
        CHECK(engine->query("SELECT i FROM kept").rows == 1);
        std::this_thread::yield();
    }
    thread.join();
    CHECK((type == "Interrupt" || type == "INTERRUPT"));
    reader->begin();
    CHECK(count_of(*reader, "kept") == 1);
}

TEST_CASE("what a reader sees stays when the engine reclaims space, and the engine knows of the snapshot") {
    const auto engine = Engine::create({});
    engine->execute("CREATE TABLE passing AS SELECT n, repeat('x', 200) || n FROM range(10000) AS numbers(n)");
    const auto reader = engine->make_reader();
    CHECK_FALSE(engine->has_snapshots());
    reader->begin();
    CHECK(engine->has_snapshots());
    engine->execute("DELETE FROM passing WHERE n < 9000");
    engine->execute("CHECKPOINT");
    CHECK(count_of(*reader, "passing") == 10000);
    reader->end();
    CHECK_FALSE(engine->has_snapshots());
    reader->begin();
    CHECK(count_of(*reader, "passing") == 1000);
}

}  // namespace laminar
