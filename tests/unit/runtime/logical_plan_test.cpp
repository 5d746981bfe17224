#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "parser/write/sql_writer.h"
#include "plan_fixture.h"
#include "runtime/plan/logical/composed_query.h"
#include "runtime/plan/logical/node_structure.h"

namespace laminar::test {
namespace {

void add_text(const logical::Node& node, std::string& text) {
    std::vector<std::string> times;
    for (const TimeColumn& time : node.times) times.push_back(time.name);
    text += fmt::format("{}: {}", node.id, name_of(node));
    if (const auto* scan = std::get_if<logical::Scan>(&node.kind)) text += " " + scan->object;
    if (!times.empty()) text += fmt::format(" time {}", fmt::join(times, " "));
    if (node.changes) text += fmt::format(" changes {}", fmt::join(node.key, " "));
    text += "\n";
    for (const logical::Node& input : node.inputs) add_text(input, text);
}

/// All nodes, parents before what they read.
std::string text_of(const logical::Plan& plan) {
    std::string text;
    add_text(plan.root, text);
    return text;
}

TEST_CASE_FIXTURE(PlanFixture, "logical plan: a tree down to what is read") {
    CHECK(text_of(tree("SELECT s.k, name, ts FROM s JOIN names USING (k) WHERE v IN (SELECT 1 FROM names)")) ==
          "top: rows time ts\n"
          "top.from.left: stream table s time ts\n"
          "top.from.right: stored table names\n"
          "top.3: stored table names\n");
    CHECK(text_of(tree("SELECT k, COUNT(*) AS n FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1 minute') UNION ALL "
                       "(SELECT k, 1 FROM r UNION ALL SELECT k, 2 FROM s)")) ==
          "top: union\n"
          "top.left: window aggregate\n"
          "top.left.input: rows time ts\n"
          "top.left.from: stream table s time ts\n"
          "top.right: union\n"
          "top.right.left: rows\n"
          "top.right.left.from: stream table r\n"
          "top.right.right: rows\n"
          "top.right.right.from: stream table s\n");
    CHECK(text_of(tree("SELECT s.k, s.ts FROM s JOIN (SELECT k, ts FROM r WHERE x > 0) AS o ON s.k = o.k AND "
                       "o.ts BETWEEN s.ts AND s.ts + INTERVAL '10 seconds'")) ==
          "top: rows time ts\n"
          "top.from: join bounded in time time s.ts\n"
          "top.from.input.left: rows time ts\n"
          "top.from.left: stream table s time ts\n"
          "top.from.input.right: rows time ts\n"
          "top.from.right: rows time ts\n"
          "top.from.right.from: stream table r time ts\n");
}

TEST_CASE_FIXTURE(PlanFixture, "logical plan: the query between two nodes is put together again") {
    // What is stored stays where it is, whatever stands around it.
    const logical::Plan plan = tree(
        "SELECT k, v FROM (SELECT k, v FROM s WHERE v > 1) AS big UNION ALL "
        "(SELECT k, 0 FROM names ORDER BY (SELECT MAX(k) FROM names) LIMIT 1)");
    SqlWriterOptions options;
    options.scan_text = [](const ast::BoundScan& scan) { return fmt::format("input_{}", scan.input); };
    CHECK(write_query(logical::composed_query(plan.root), options).text ==
          "SELECT k, v FROM (SELECT k, v FROM input_0 AS s WHERE v > 1) AS big UNION ALL "
          "(SELECT k, 0 FROM input_1 AS names ORDER BY (SELECT MAX(k) FROM input_2 AS names) LIMIT 1)");
}

TEST_CASE_FIXTURE(PlanFixture, "logical plan: rows that change are identified by a key as long as it is shown") {
    CHECK(text_of(tree("SELECT * FROM (SELECT k, COUNT(*) AS n FROM s GROUP BY k) WHERE n > 1"))
              .starts_with("top: rows changes k\ntop.from: aggregate changes k\n"));
    CHECK(
        text_of(tree("SELECT n FROM (SELECT k, COUNT(*) AS n FROM s GROUP BY k)")).starts_with("top: rows changes \n"));
    CHECK(text_of(tree("SELECT k, v FROM s QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) <= 2"))
              .starts_with("top: top rows changes \ntop.input: rows\n"));
}

TEST_CASE_FIXTURE(PlanFixture, "logical plan: plans are the same by their structure") {
    const auto is_same = [&](const std::string& one, const std::string& other, const std::string& before = "") {
        const logical::Plan first = tree(one);
        return logical::same_structure(first, tree(other, before));
    };
    const std::string query = "SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, w";
    CHECK(is_same(query, "select K, count(*) as n, tumble(TS, interval '1 minute') as w from S group by k, (W)"));
    CHECK_FALSE(is_same(query, "SELECT k, COUNT(*) AS m, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, w"));
    CHECK_FALSE(is_same(query, "SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '2 minutes') AS w FROM s GROUP BY k, w"));
    CHECK_FALSE(is_same(query, "SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM r GROUP BY k, w"));
    // Another watermark.
    CHECK_FALSE(
        is_same(query, query,
                "CREATE OR REPLACE TABLE s (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = "
                "'feed');\n"));
}

TEST_CASE_FIXTURE(PlanFixture, "logical plan: the scan of a pipeline has the plan of that pipeline") {
    const auto before = [](const std::string& window) {
        return "CREATE PIPELINE minutes AS SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '" + window +
               "') AS w FROM s GROUP BY k, w;\n";
    };
    const std::string query =
        "SELECT k, SUM(n) AS n, TUMBLE(w.start, INTERVAL '1 hour') AS h FROM minutes GROUP BY k, h";
    const logical::Plan hours = tree(query, before("1 minute"));
    const logical::Node& scan = hours.root.inputs.front().inputs.front();
    CHECK(scan.id == "top.from");
    const auto upstream = std::get<logical::Scan>(scan.kind).upstream;
    REQUIRE(upstream);
    CHECK(text_of(*upstream).starts_with("top: window aggregate time w\n"));
    // What is known of its time is what that plan knows.
    REQUIRE(scan.times.size() == 1);
    CHECK(scan.times.front().name == "w");
    CHECK(hours.clocks[scan.times.front().key.front().clock].upstream_clock ==
          upstream->times.columns.front().key.front().clock);
    // State over it is that of another query when it is another pipeline.
    CHECK(hours.root.fingerprint == tree(query, before("1 minute")).root.fingerprint);
    CHECK(hours.root.fingerprint != tree(query, before("2 minutes")).root.fingerprint);
}

TEST_CASE_FIXTURE(PlanFixture, "logical plan: a subscription has the plan with which it was checked") {
    const BoundSubscribe subscribe = subscription("SELECT k, COUNT(*) AS n FROM s GROUP BY k");
    const auto* planned = dynamic_cast<const PlannedQuery*>(subscribe.facts.get());
    REQUIRE(planned);
    CHECK(text_of(*planned->plan.logical).starts_with("top: aggregate changes k\n"));
}

}  // namespace
}  // namespace laminar::test
