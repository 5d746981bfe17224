#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

#include "flow_fixture.h"
#include "plan_fixture.h"

namespace laminar::test {
namespace {

class OperatorsFixture : public PlanFixture {
public:
    /// What keeps state as "id: name (columns) key ... time ...".
    std::string text(const std::string& query, const std::string& before = "") {
        std::string text;
        const logical::Plan& planned = tree(query, before);
        for (const logical::Node* node : logical::stateful_nodes(planned.root)) {
            const logical::Node& each = *node;
            text += fmt::format("{}: {} (", each.id, name_of(each));
            for (const OutputColumn& column : each.columns)
                text += fmt::format("{}{} {}", &column == &each.columns.front() ? "" : ", ", column.name,
                                    column.type.id == TypeId::structure ? "WINDOW" : to_sql(column.type));
            text += ")";
            for (const std::string& key : each.key) text += " key " + key;
            for (const TimeColumn& time : each.times) text += " time " + time.name;
            if (each.changes) text += " changes";
            text += "\n";
        }
        text += planned.root.changes ? "delivers changes" : "delivers";
        for (const TimeColumn& time : planned.times.columns) text += " time " + time.name;
        return text + "\n";
    }
};

/// Every node has one of its own.
void check_ids(const logical::Node& node, std::set<std::string>& ids) {
    INFO(node.id);
    CHECK(ids.insert(node.id).second);
    for (const logical::Node& input : node.inputs) check_ids(input, ids);
}

TEST_CASE_FIXTURE(OperatorsFixture, "plan: what needs no state has no operators, and keeps its time") {
    CHECK(text("SELECT k, v * 2 AS doubled, ts FROM s WHERE v > 10") == "delivers time ts\n");
    CHECK(text("SELECT s.k, name, ts FROM s JOIN names USING (k)") == "delivers time ts\n");
}

TEST_CASE_FIXTURE(OperatorsFixture, "plan: windows are complete when the watermark has passed them") {
    CHECK(text("SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, w") ==
          "top: window aggregate (k VARCHAR, n BIGINT, w WINDOW) time w\n"
          "delivers time w\n");
    CHECK(text("SELECT COUNT(*) AS n, HOP_END(ts, INTERVAL '1 minute', INTERVAL '5 minutes') AS e FROM s GROUP BY e") ==
          "top: hopping window aggregate (n BIGINT, e TIMESTAMP) time e\n"
          "delivers time e\n");
    CHECK(text("SELECT k, MAX(v) AS m, SESSION(ts, INTERVAL '30 seconds') AS w FROM s GROUP BY k, w") ==
          "top: session window aggregate (k VARCHAR, m BIGINT, w WINDOW) time w\n"
          "delivers time w\n");
}

TEST_CASE_FIXTURE(OperatorsFixture, "plan: every operator has an id by its way from the whole query") {
    CHECK(text("SELECT TUMBLE(b, INTERVAL '1 hour') AS w, SUM(n) AS n FROM (SELECT COUNT(*) AS n, TUMBLE_START(ts, "
               "INTERVAL '1 minute') AS b FROM s GROUP BY b) GROUP BY w") ==
          "top.from: window aggregate (n BIGINT, b TIMESTAMP) time b\n"
          "top: window aggregate (w WINDOW, n HUGEINT) time w\n"
          "delivers time w\n");
    CHECK(text("SELECT k, COUNT(*) AS n FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1 minute') UNION ALL "
               "SELECT k, COUNT(*) FROM r GROUP BY k, TUMBLE(ts, INTERVAL '1 minute')") ==
          "top.left: window aggregate (k VARCHAR, n BIGINT)\n"
          "top.right: window aggregate (k VARCHAR, count_star() BIGINT)\n"
          "delivers\n");
    // Two operators of one block; then three, the innermost join first.
    const std::string both = text(
        "SELECT s.k, COUNT(*) AS n FROM s JOIN r ON s.k = r.k AND r.ts BETWEEN s.ts AND s.ts + INTERVAL '10 seconds' "
        "GROUP BY s.k");
    CHECK(both.starts_with("top.from: join bounded in time ("));
    CHECK(both.find("\ntop: aggregate (k VARCHAR, n BIGINT) key k changes\n") != std::string::npos);
    const std::string three = text(
        "SELECT a.k FROM s AS a JOIN s AS b ON a.k = b.k AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '1 second' "
        "JOIN s AS c ON a.k = c.k AND a.ts BETWEEN c.ts AND c.ts + INTERVAL '1 second'");
    CHECK(three.starts_with("top.from.left: join bounded in time ("));
    CHECK(three.find("\ntop.from: join bounded in time (") != std::string::npos);
}

TEST_CASE_FIXTURE(OperatorsFixture, "plan: what the planner takes apart has ids of its own") {
    // A cast that may fail is made of the results; window functions go around the groups.
    const std::string query =
        "SELECT w, CAST(SUM(n) AS TINYINT) AS n FROM (SELECT COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM "
        "s GROUP BY w) GROUP BY w";
    CHECK(text(query) ==
          "top.from: window aggregate (n BIGINT, w WINDOW) time w\n"
          "top.results.from: window aggregate (w WINDOW, SUM(n) HUGEINT) time w\n"
          "delivers time w\n");
    std::set<std::string> ids;
    check_ids(tree(query).root, ids);
    CHECK(text("SELECT k, w, SUM(v) AS v, RANK() OVER (PARTITION BY w ORDER BY SUM(v)) AS place FROM (SELECT *, "
               "TUMBLE(ts, INTERVAL '1 minute') AS w FROM s) GROUP BY k, w") ==
          "top.grouped.from: window aggregate (k VARCHAR, w WINDOW, SUM(v) HUGEINT) time w\n"
          "top.grouped: window functions within windows (k VARCHAR, w WINDOW, v HUGEINT, place BIGINT) time w\n"
          "delivers time w\n");
}

TEST_CASE_FIXTURE(OperatorsFixture, "plan: the time of a pipeline goes on in those that read it") {
    const std::string before =
        "CREATE PIPELINE minutes AS SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, "
        "w;\n";
    CHECK(text("SELECT k, SUM(n) AS n, TUMBLE(w.start, INTERVAL '1 hour') AS h FROM minutes GROUP BY k, h", before) ==
          "top: window aggregate (k VARCHAR, n HUGEINT, h WINDOW) time h\n"
          "delivers time h\n");
    CHECK(tree("SELECT k, SUM(n) AS n FROM minutes GROUP BY k", before).root.changes);
}

TEST_CASE_FIXTURE(OperatorsFixture, "plan: a fingerprint is that of a structure and of what it reads") {
    const auto print = [&](const std::string& query, const std::string& before = "") {
        return logical::stateful_nodes(tree(query, before).root).back()->fingerprint;
    };
    const std::string query = "SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, w";
    const std::uint64_t known = print(query);
    CHECK(known == print(query));
    CHECK(known == print("select K, count(*) as n, tumble(TS, interval '1 minute') as w from S group by k, (W)"));
    CHECK(known != print("SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '2 minutes') AS w FROM s GROUP BY k, w"));
    CHECK(known != print("SELECT k, COUNT(v) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, w"));
    CHECK(known !=
          print("SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s WHERE v > 1 GROUP BY k, w"));
    CHECK(known != print("SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM r GROUP BY k, w"));
    // The same over another input of that name.
    const std::string later =
        "CREATE OR REPLACE TABLE s (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '9 seconds') "
        "WITH (connector = 'feed');\n";
    CHECK(known != print(query, later));
    // The operator below is another one.
    const auto around = [](const std::string& inner) {
        return "SELECT k, SUM(n) AS n FROM (" + inner + ") GROUP BY k";
    };
    CHECK(print(around(query)) !=
          print(around("SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '2 minutes') AS w FROM s GROUP BY k, w")));
}

TEST_CASE_FIXTURE(OperatorsFixture, "plan: a plan is used for what it was made of, and for nothing else") {
    const std::string query = "SELECT k, COUNT(*) AS n, TUMBLE(ts, INTERVAL '1 minute') AS w FROM s GROUP BY k, w";
    const PlannedQuery& planned = plan(query);
    std::vector<InputTime> times = planned.times;
    CHECK(checked_plan(&planned, planned.inputs, times) == &planned.plan);
    times.front().delay += std::chrono::seconds(1);
    CHECK(checked_plan(&planned, planned.inputs, times) == nullptr);
    times = planned.times;
    times.front().upstream.clocks.push_back({});
    CHECK(checked_plan(&planned, planned.inputs, times) == nullptr);
    std::vector<QueryInput> inputs = planned.inputs;
    inputs.front().columns.front().type = TypeId::integer;
    CHECK(checked_plan(&planned, inputs, planned.times) == nullptr);
    CHECK(checked_plan(nullptr, planned.inputs, planned.times) == nullptr);
}

TEST_CASE("plan: state has the name of its pipeline and of its operator") {
    FlowFixture flow(std::string(plan_tables) +
                     "CREATE PIPELINE totals AS SELECT k, SUM(n) AS n FROM (SELECT k, COUNT(*) AS n, TUMBLE(ts, "
                     "INTERVAL '1 minute') "
                     "AS w FROM s GROUP BY k, w) GROUP BY k;");
    CHECK(flow.query("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'laminar_state' ORDER BY 1") ==
          std::vector<std::string>{R"({"table_name":"totals:top"})", R"({"table_name":"totals:top.from"})"});
}

}  // namespace
}  // namespace laminar::test
