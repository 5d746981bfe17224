// Several sessions over one database: none holds up another, nor the streams.

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "parser/read/parser.h"
#include "session_fixture.h"

using namespace laminar;
using namespace laminar::test;
using Rows = std::vector<std::string>;

namespace {

constexpr const char* a_feed =
    "CREATE CONNECTION feed TO generator (rows_per_second = 500);"
    "CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');"
    "CREATE TABLE kept (counter BIGINT);"
    "CREATE PIPELINE keep AS INSERT INTO kept SELECT counter FROM ticks;";

/// An answer that takes longer than any test.
constexpr const char* endless_query =
    "SELECT count(*) AS n FROM range(1000000000000) AS r(i), kept WHERE hash(i + counter) = 1;";

/// Whoever passes while it is closed waits until it is open again.
class Gate {
public:
    explicit Gate(int free) : free_(free) {}
    void pass() {
        std::unique_lock lock(mutex_);
        if (is_open_ || --free_ >= 0) return;
        waits_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return is_open_; });
    }
    void wait_until_somebody_waits() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return waits_; });
    }
    void set_open(bool open) {
        const std::lock_guard lock(mutex_);
        is_open_ = open;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int free_;  ///< So many pass while it is closed.
    bool is_open_ = false;
    bool waits_ = false;
};

/// Streams go on: so many rows more than there are now reach the table.
bool goes_on(SessionFixture& fixture, SessionFixture::Other& session) {
    const std::uint64_t rows = fixture.database->status().rows_out;
    return session.run("WAIT FOR keep COUNT " + std::to_string(rows + 500) + " TIMEOUT '10 minutes';").empty();
}

}  // namespace

TEST_CASE("a query that takes long holds up neither streams nor other sessions, and cancel reaches it alone") {
    SessionFixture fixture;
    REQUIRE(fixture.run(a_feed).empty());
    fixture.session().open_connections();
    auto other = fixture.other_session();
    REQUIRE(other->run("WAIT FOR keep COUNT 10;").empty());
    Rows findings;
    std::thread thread([&] { findings = fixture.run(endless_query); });
    CHECK(goes_on(fixture, *other));
    CHECK(other->query("SELECT count(*) > 500 AS many FROM kept;") == Rows{R"({"many":true})"});
    CHECK(other->run("CREATE TABLE late (n INTEGER); INSERT INTO late VALUES (1), (2);").empty());
    CHECK(findings.empty());  // It is still at it.
    std::atomic<bool> ended{false};
    std::thread canceller([&] {
        while (!ended) {
            fixture.session().cancel();
            std::this_thread::yield();
        }
    });
    CHECK(goes_on(fixture, *other));
    thread.join();
    ended = true;
    canceller.join();
    CHECK(findings == Rows{"L604: the query was cancelled"});
    CHECK(fixture.query("SELECT sum(n) AS n FROM late;") == Rows{R"({"n":3})"});
    CHECK_FALSE(fixture.database->status().failed);
}

TEST_CASE("a reader that sleeps over its result holds up nobody, and its result is of one moment") {
    SessionFixture fixture;
    REQUIRE(fixture.run(a_feed).empty());
    fixture.session().open_connections();
    REQUIRE(fixture.run("CREATE TABLE many AS SELECT i FROM range(50000) AS r(i);").empty());
    auto other = fixture.other_session();
    Gate gate(2);
    fixture.output().on_rows = [&] { gate.pass(); };
    Rows rows;
    std::thread thread([&] { rows = fixture.query("SELECT i FROM many;"); });
    gate.wait_until_somebody_waits();
    CHECK(goes_on(fixture, *other));
    CHECK(other->run("INSERT INTO many SELECT i FROM range(10) AS r(i);").empty());
    CHECK(other->run("DROP TABLE many;").empty());
    gate.set_open(true);
    thread.join();
    CHECK(rows.size() == 50000);
    CHECK(rows.back() == R"({"i":49999})");
}

TEST_CASE("a pipeline whose rows are printed slowly waits, and nothing of it is lost; others go on") {
    SessionFixture fixture;
    Session::Settings settings;
    settings.queue_bytes = 1;
    fixture.renew_session(settings);
    REQUIRE(fixture.run(a_feed).empty());
    fixture.session().open_connections();
    Gate gate(0);
    fixture.output().on_stream_rows = [&] { gate.pass(); };
    REQUIRE(fixture
                .run("CREATE CONNECTION few TO generator (rows_per_second = 2000, max_rows = 3000);"
                     "CREATE TABLE fews (counter BIGINT) WITH (connector = 'few');"
                     "CREATE PIPELINE shown AS SELECT counter FROM fews;")
                .empty());
    fixture.session().open_connections();
    gate.wait_until_somebody_waits();
    auto other = fixture.other_session();
    CHECK(goes_on(fixture, *other));
    CHECK(goes_on(fixture, *other));
    CHECK(other->query("SELECT rows_out < 3000 AS held_up FROM system.pipelines WHERE name = 'shown';") ==
          Rows{R"({"held_up":true})"});
    gate.set_open(true);
    CHECK(other->run("WAIT FOR shown COUNT 3000 TIMEOUT '10 minutes';").empty());
    CHECK(fixture.database->shut_down(false, std::chrono::seconds(60)).complete);
    CHECK(fixture.output().take().size() == 3000);
}

TEST_CASE("a subscription that may lose rows holds up nobody who reads the same table") {
    SessionFixture fixture;
    REQUIRE(fixture.run(a_feed).empty());
    fixture.session().open_connections();
    Session::Settings settings;
    settings.slow_reader = SlowReader::loses_rows;
    settings.queue_bytes = 1;
    auto other = fixture.other_session(settings);
    Gate gate(0);
    gate.set_open(true);
    other->output.on_stream_rows = [&] { gate.pass(); };
    REQUIRE(other->run("SUBSCRIBE TO ticks;").empty());
    gate.set_open(false);
    gate.wait_until_somebody_waits();
    auto third = fixture.other_session();
    CHECK(goes_on(fixture, *third));
    CHECK(goes_on(fixture, *third));
    CHECK(fixture.database->status().rows_left_out > 0);
    CHECK(other->session.rows_left_out() > 0);
    CHECK(third->session.rows_left_out() == 0);
    gate.set_open(true);
    CHECK(SessionFixture::wait_until([&] { return other->output.take().size() > 1; }));  // It goes on, too.
    other.reset();
    CHECK(third->query("SELECT count(*) AS n FROM system.pipelines;") == Rows{R"({"n":1})"});
    CHECK(goes_on(fixture, *third));
}

TEST_CASE("a session that prints no pipelines leaves their rows to subscribers") {
    for (const bool prints : {false, true}) {
        SessionFixture fixture;
        Session::Settings settings;
        settings.prints_pipelines = prints;
        fixture.renew_session(settings);
        REQUIRE(fixture
                    .run("CREATE CONNECTION g TO generator (rows_per_second = 1000, max_rows = 50);"
                         "CREATE TABLE t (counter BIGINT) WITH (connector = 'g');"
                         "CREATE PIPELINE shown AS SELECT counter FROM t;"
                         "SUBSCRIBE TO SELECT counter + 100 AS later FROM t;"
                         "WAIT FOR t COUNT 50 TIMEOUT '10 minutes';")
                    .empty());
        std::size_t rows = 0;
        CHECK(SessionFixture::wait_until([&] {
            rows += fixture.output().take().size();
            return rows >= (prints ? 100 : 50);
        }));
        fixture.session().end_subscriptions();
        rows += fixture.output().take().size();
        CHECK(rows == (prints ? 100 : 50));
    }
}

TEST_CASE("a query says its columns without being executed") {
    SessionFixture fixture;
    REQUIRE(fixture.run("CREATE TABLE t (n INTEGER, word TEXT); INSERT INTO t VALUES (1, 'a');").empty());
    const auto columns = [&](std::string_view text) {
        const auto source = std::make_shared<const SourceText>("test", std::string(text));
        Diagnostics diagnostics(source);
        const ParsedScript script = parse_script(source, diagnostics);
        const auto described = fixture.session().describe(source, script.statements.front(), diagnostics);
        if (!described) return diagnostics.all().front().message;
        std::string names;
        for (const OutputColumn& column : *described) names += column.name + " " + to_sql(column.type) + ";";
        return names;
    };
    CHECK(columns("SELECT n, word || '!' AS loud FROM t") == "n INTEGER;loud VARCHAR;");
    CHECK(columns("SELECT 1 / 0 AS never_computed, error('not executed') AS e").starts_with("never_computed DOUBLE;"));
    CHECK(columns("INSERT INTO t VALUES (2, 'b')").empty());
    CHECK(columns("SELECT nothing FROM t") == "no column is named \"nothing\"");
    CHECK(fixture.query("SELECT count(*) AS n FROM t;") == Rows{R"({"n":1})"});
}

TEST_CASE("sessions see what others declare, replace and drop") {
    SessionFixture fixture;
    auto other = fixture.other_session();
    REQUIRE(fixture.run("CREATE FUNCTION twice(x) AS x * 2; CREATE TABLE t (n INTEGER);").empty());
    CHECK(other->run("INSERT INTO t SELECT twice(21);").empty());
    CHECK(fixture.query("SELECT n FROM t;") == Rows{R"({"n":42})"});
    REQUIRE(other->run("CREATE OR REPLACE FUNCTION twice(x) AS x + x + 0.5;").empty());
    CHECK(fixture.query("SELECT twice(1) AS n;") == Rows{R"({"n":2.5})"});
    REQUIRE(fixture.run("DROP FUNCTION twice; DROP TABLE t;").empty());
    CHECK(other->run("SELECT twice(1);").size() == 1);
    CHECK(other->run("SELECT n FROM t;").size() == 1);
    CHECK(other->run("CREATE TABLE t (m INTEGER); CREATE FUNCTION thrice(x) AS x * 3;").empty());
    CHECK(fixture.query("SELECT thrice(count(*)) AS n FROM t;") == Rows{R"({"n":0})"});
}

TEST_CASE("many sessions declare and ask at the same time") {
    SessionFixture fixture;
    REQUIRE(fixture.run(a_feed).empty());
    fixture.session().open_connections();
    std::vector<std::thread> threads;
    std::atomic<int> failures{0};
    for (int index = 0; index < 4; ++index) {
        threads.emplace_back([&, index] {
            const auto session = fixture.other_session();
            for (int round = 0; round < 8; ++round) {
                const std::string name = "t" + std::to_string(index);
                const Rows findings = session->run(
                    "CREATE TABLE " + name + " AS SELECT counter FROM ticks; INSERT INTO " + name +
                    " SELECT max(counter) + 1 FROM kept; CREATE PIPELINE p" + name + " AS INSERT INTO " + name +
                    " SELECT counter FROM ticks; SELECT count(*) FROM system.tables; DROP PIPELINE p" + name +
                    "; DROP TABLE " + name + ";");
                if (!findings.empty()) ++failures;
                for (const std::string& finding : findings) MESSAGE(finding);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(failures == 0);
    CHECK_FALSE(fixture.database->status().failed);
}

TEST_CASE("a key that is removed and comes again while a query is read is taken, and pipelines go on") {
    SessionFixture fixture;
    (void)(fixture  // Warnings of state that grows.
               .run("CREATE CONNECTION feed TO generator (rows_per_second = 2000);"
                    "CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');"
                    "CREATE TABLE counts (k BIGINT PRIMARY KEY, n BIGINT, list BIGINT[]);"
                    "CREATE PIPELINE keep AS INSERT INTO counts SELECT counter % 10 AS k, COUNT(*) AS n, "
                    "list(DISTINCT counter % 3 ORDER BY counter % 3) AS list FROM ticks GROUP BY 1;"
                    "CREATE TABLE latest (k BIGINT PRIMARY KEY, tags BIGINT[]);"
                    "CREATE PIPELINE note AS INSERT INTO latest SELECT counter % 7 AS k, [counter] AS tags FROM ticks;"
                    "CREATE TABLE many AS SELECT i FROM range(50000) AS r(i);"));
    fixture.session().open_connections();
    auto other = fixture.other_session();
    REQUIRE(other->run("WAIT FOR keep COUNT 20;").empty());
    Gate gate(1);
    fixture.output().on_rows = [&] { gate.pass(); };
    std::thread thread([&] { (void)fixture.query("SELECT i FROM many;"); });
    gate.wait_until_somebody_waits();
    const std::uint64_t rows = fixture.database->status().rows_in;
    CHECK(other->run("WAIT FOR keep READ COUNT " + std::to_string(rows + 3000) + " TIMEOUT '10 minutes';").empty());
    CHECK(other->query("SELECT name, state, errors FROM system.pipelines ORDER BY name;") ==
          Rows{R"({"name":"keep","state":"running","errors":0})", R"({"name":"note","state":"running","errors":0})"});
    CHECK(other->query("SELECT count(*) AS n FROM counts;") == Rows{R"({"n":10})"});
    gate.set_open(true);
    thread.join();
}

TEST_CASE("a primary key is kept by statements as well") {
    SessionFixture fixture;
    REQUIRE(fixture
                .run("CREATE TABLE t (a INTEGER, b TEXT DEFAULT 'x', n INTEGER, PRIMARY KEY (a, b));"
                     "INSERT INTO t VALUES (1, 'x', 1), (1, 'y', 2);")
                .empty());
    const std::string duplicate = R"(L408: duplicate key "a: 1, b: x" violates primary key constraint)";
    CHECK(fixture.run("INSERT INTO t VALUES (2, 'x', 1), (1, 'x', 3);") == Rows{duplicate});
    CHECK(fixture.run("INSERT INTO t (n, a) VALUES (5, 1);") == Rows{duplicate});
    CHECK(fixture.run("INSERT INTO t SELECT 1, 'x', 4;") == Rows{duplicate});
    CHECK(fixture.run("INSERT INTO t SELECT 7, 'z', i FROM range(2) AS r(i);") ==
          Rows{R"(L408: duplicate key "a: 7, b: z" violates primary key constraint)"});
    CHECK(fixture.run("INSERT INTO t (b, n) VALUES ('q', 1);").size() == 1);  // NULL is no key.
    CHECK(fixture.query("SELECT count(*) AS n FROM t;") == Rows{R"({"n":2})"});
}

TEST_CASE("values keep their members on their way through a table, and names of tables mean the user's") {
    SessionFixture fixture;
    REQUIRE(fixture
                .run("CREATE TABLE u AS SELECT union_value(s := '3')::UNION(n INTEGER, s VARCHAR) AS u;"
                     "CREATE OR REPLACE TABLE u AS SELECT u FROM u;"
                     "INSERT INTO u SELECT u FROM u;")
                .empty());
    CHECK(fixture.query("SELECT union_tag(u)::TEXT AS tag, count(*) AS n FROM u GROUP BY 1;") ==
          Rows{R"({"tag":"s","n":2})"});
    REQUIRE(fixture
                .run("CREATE TABLE laminar_insert (a INTEGER); INSERT INTO laminar_insert VALUES (5);"
                     "INSERT INTO laminar_insert SELECT a + 1 FROM laminar_insert;")
                .empty());
    CHECK(fixture.query("SELECT sum(a) AS n FROM laminar_insert;") == Rows{R"({"n":11})"});
}

TEST_CASE("a session learns functions that call others, in whatever order they were replaced") {
    SessionFixture fixture;
    REQUIRE(fixture
                .run("CREATE FUNCTION f(x) AS x; CREATE FUNCTION g(x) AS x * 10;"
                     "CREATE OR REPLACE FUNCTION f(x) AS g(x) + 1;")
                .empty());
    CHECK(fixture.other_session()->query("SELECT f(2) AS n;") == Rows{R"({"n":21})"});
}

TEST_CASE("a reader that stands still in a table does not stop the engine when space is to be reclaimed") {
    SessionFixture fixture;
    (void)fixture.run(
        "CREATE CONNECTION feed TO generator (rows_per_second = 1000000);"
        "CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed', retention_rows = 0);"
        "CREATE TABLE counts (k BIGINT PRIMARY KEY, n BIGINT);"
        "CREATE PIPELINE keep AS INSERT INTO counts SELECT counter % 10 AS k, COUNT(*) AS n FROM ticks GROUP BY 1;"
        "CREATE TABLE many AS SELECT i FROM range(500000) AS r(i);");
    Gate gate(1);
    fixture.output().on_rows = [&] { gate.pass(); };
    std::thread thread([&] { (void)fixture.query("SELECT i FROM many;"); });
    gate.wait_until_somebody_waits();
    auto other = fixture.other_session();
    const std::uint64_t rows = fixture.database->status().rows_in;
    CHECK(other->run("WAIT FOR keep READ COUNT " + std::to_string(rows + 600000) + " TIMEOUT '10 minutes';").empty());
    gate.set_open(true);
    thread.join();
}
