// A cycle: what arrives goes through all pipelines at once, and who stands still holds back what it reads.

#include "runtime/flow/stream_graph.h"

#include <doctest/doctest.h>

#include "flow_fixture.h"

using namespace laminar;
using namespace laminar::test;
using Rows = std::vector<std::string>;

namespace {

constexpr const char* chain =
    "CREATE TABLE t (n BIGINT) WITH (connector = 'feed');"
    "CREATE PIPELINE even AS SELECT n FROM t WHERE n % 2 = 0;"
    "CREATE PIPELINE doubled AS SELECT n * 2 AS m FROM even;";

}  // namespace

TEST_CASE("a cycle takes a row through pipelines that read pipelines") {
    FlowFixture flow(chain);
    CHECK(flow.cycle());  // What the table retained before: nothing.
    CHECK_FALSE(flow.cycle());
    for (int n = 1; n <= 4; ++n) flow.offer("t", "{\"n\":" + std::to_string(n) + "}");
    CHECK(flow.cycle());
    CHECK(flow.take("even") == Rows{R"({"n":2})", R"({"n":4})"});
    CHECK(flow.take("doubled") == Rows{R"({"m":4})", R"({"m":8})"});
    CHECK(flow.graph.rows_in() == 4);
    CHECK(flow.pipeline("even").rows_in() == 4);
    CHECK(flow.pipeline("doubled").rows_in() == 2);
    CHECK(flow.progress.rows("doubled") == 2);
    CHECK_FALSE(flow.cycle());
    CHECK(flow.take("doubled").empty());
}

TEST_CASE("who stands still holds back what it reads, by whatever way") {
    FlowFixture flow(chain);
    flow.cycle();
    bool paused = false;
    SUBCASE("a paused pipeline") {
        paused = true;
        flow.pipeline("doubled").pause();
    }
    SUBCASE("a sink that takes nothing more") { flow.sinks.at("doubled")->is_full = true; }
    flow.offer("t", R"({"n":2})");
    CHECK_FALSE(flow.cycle());
    CHECK(flow.channels.at("t")->pending_messages() == 1);
    CHECK(flow.take("even").empty());
    CHECK_FALSE(flow.graph.is_dry());
    if (paused)
        flow.pipeline("doubled").resume();
    else
        flow.sinks.at("doubled")->is_full = false;
    CHECK(flow.cycle());
    CHECK(flow.take("doubled") == Rows{R"({"m":4})"});
    CHECK(flow.graph.is_dry());
}

TEST_CASE("a pipeline that has failed holds up nobody") {
    FlowFixture flow(chain);
    flow.cycle();
    flow.pipeline("doubled").fail("enough");
    flow.offer("t", R"({"n":2})");
    CHECK(flow.cycle());
    CHECK(flow.take("even") == Rows{R"({"n":2})"});
    CHECK(flow.take("doubled").empty());
    CHECK(flow.graph.failure() == "pipeline \"doubled\" failed: enough");
}

TEST_CASE("a pipeline begins with what its tables retained, before anything new") {
    FlowFixture flow("CREATE TABLE t (n BIGINT) WITH (connector = 'feed');");
    flow.offer("t", R"({"n":1})");
    flow.cycle();
    flow.declare("CREATE PIPELINE late AS SELECT n FROM t;");
    flow.offer("t", R"({"n":2})");
    CHECK(flow.graph.reads_past_rows());
    CHECK(flow.cycle());
    CHECK(flow.take("late") == Rows{R"({"n":1})"});
    CHECK(flow.channels.at("t")->pending_messages() == 1);
    flow.cycle();  // There is no more of it.
    CHECK_FALSE(flow.graph.reads_past_rows());
    CHECK(flow.cycle());
    CHECK(flow.take("late") == Rows{R"({"n":2})"});
}

TEST_CASE("what a cycle changes in the engine is rolled back together, and one at fault does not stop the others") {
    FlowFixture flow(
        "CREATE TABLE t (n BIGINT) WITH (connector = 'feed');"
        "CREATE TABLE good (n BIGINT);"
        "CREATE TABLE strict (n BIGINT NOT NULL);"
        "CREATE PIPELINE a AS INSERT INTO good SELECT n FROM t;"
        "CREATE PIPELINE b AS INSERT INTO strict SELECT nullif(n, 2) FROM t;");
    flow.cycle();
    flow.offer("t", R"({"n":1})");
    flow.offer("t", R"({"n":2})");
    CHECK(flow.cycle());
    CHECK(flow.query("SELECT n FROM good") == Rows{R"({"n":1})", R"({"n":2})"});
    CHECK(flow.query("SELECT n FROM strict") == Rows{R"({"n":1})"});
    CHECK(flow.pipeline("b").state() == PipelineState::running);
    CHECK(flow.pipeline("b").failed_rows() == 1);
    CHECK(flow.pipeline("b").rows_out() == 1);
    CHECK(flow.graph.take_failures()["feed"].size() == 1);
}

TEST_CASE("windows close when the inputs end") {
    FlowFixture flow(
        "CREATE TABLE t (n BIGINT, at TIMESTAMP) WITH (connector = 'feed', event_time_field = 'at');"
        "CREATE PIPELINE counted AS SELECT COUNT(*) AS n FROM t GROUP BY TUMBLE(at, INTERVAL '1 minute');");
    flow.cycle();
    flow.offer("t", R"({"n":1,"at":"2026-01-01T00:00:00Z"})");
    flow.cycle();
    CHECK(flow.take("counted").empty());
    CHECK(flow.pipeline("counted").graph()->state_rows() == 1);
    flow.graph.end_inputs();
    flow.cycle();
    CHECK(flow.take("counted") == Rows{R"({"n":1})"});
    CHECK(flow.graph.has_finished());
    CHECK(flow.pipeline("counted").graph()->state_rows() == 0);
}

TEST_CASE("rows wait for as long as all who read them allow") {
    FlowFixture flow(chain);
    flow.graph.set_max_latency(std::chrono::hours(1));
    const auto finish = [&] {
        while (flow.cycle()) {
        }
    };
    finish();
    flow.offer("t", R"({"n":2})");
    finish();  // It came after silence; from here on it is a stream.
    const auto waits = [&] {
        flow.offer("t", R"({"n":4})");
        const auto due = *flow.channels.at("t")->due() - std::chrono::steady_clock::now();
        finish();
        return due;
    };
    CHECK(waits() > std::chrono::minutes(50));
    CHECK(flow.graph.shortest_latency() == std::chrono::hours(1));
    std::chrono::seconds of_all{0};
    SUBCASE("a reader of the table") {
        flow.declare("CREATE PIPELINE p WITH (max_latency = INTERVAL '30 seconds') AS SELECT n FROM t;");
        of_all = std::chrono::seconds(10);
    }
    SUBCASE("a reader of a pipeline that reads it: what it says counts for that one") {
        flow.declare("CREATE PIPELINE p WITH (max_latency = INTERVAL '30 seconds') AS SELECT m FROM doubled;");
        of_all = std::chrono::seconds(30);
    }
    finish();
    CHECK(waits() < std::chrono::minutes(1));
    CHECK(flow.graph.shortest_latency() == std::chrono::seconds(30));
    flow.graph.set_max_latency(std::chrono::seconds(10));
    const auto now = waits();
    CHECK(now < of_all + std::chrono::seconds(1));
    CHECK(now > of_all - std::chrono::seconds(9));
    CHECK(flow.graph.shortest_latency() == std::chrono::seconds(10));
}
