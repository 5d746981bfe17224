// A pipeline of each kind over many rows: what a row costs early and late in the run, and the memory that stays.
// Usage: sustained [--rows N] [--kind NUMBER]
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/feed.h"
#include "bench/report.h"
#include "bench/row_source.h"
#include "bench/scripted_session.h"

namespace {

using namespace laminar::bench;

struct Kind {
    std::string name;
    int inputs;
    std::string statements;  ///< Ends in a query that is made a pipeline into nowhere, unless it has its own INTO.
    bool is_pipeline = false;
};

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all = {
        {"filter", 1, "SELECT k, v FROM a WHERE v > 50"},
        {"TUMBLE", 1, "SELECT k, SUM(v) AS v FROM a GROUP BY k, TUMBLE(ts, INTERVAL '10 seconds')"},
        {"HOP", 1, "SELECT k, SUM(v) AS v FROM a GROUP BY k, HOP(ts, INTERVAL '5 seconds', INTERVAL '10 seconds')"},
        {"SESSION", 1, "SELECT k, SUM(v) AS v FROM a GROUP BY k, SESSION(ts, INTERVAL '500 milliseconds')"},
        {"OVER (100 rows by key)", 1,
         "SELECT k, AVG(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 99 PRECEDING AND CURRENT ROW) AS v FROM a"},
        {"top 3 of each window", 1,
         "SELECT k, v FROM a QUALIFY ROW_NUMBER() OVER (PARTITION BY TUMBLE(ts, INTERVAL '10 seconds') ORDER BY v "
         "DESC) <= 3"},
        {"join with a stored table", 1, "SELECT a.k, a.v * names.factor AS v FROM a JOIN names ON a.k = names.k"},
        {"interval join", 2,
         "SELECT a.k, b.v FROM a JOIN b ON a.id = b.id AND b.ts BETWEEN a.ts - INTERVAL '1 second' AND a.ts + "
         "INTERVAL '1 second'"},
        {"ASOF join", 2, "SELECT a.k, b.v FROM a ASOF JOIN b ON a.k = b.k AND a.ts >= b.ts"},
        {"updating aggregate", 1,
         "CREATE TABLE totals (k TEXT PRIMARY KEY, v DOUBLE); CREATE PIPELINE measured AS INSERT INTO totals SELECT "
         "k, SUM(v) AS v FROM a GROUP BY k;",
         true},
    };
    return all;
}

std::string input(const std::string& name) {
    return fmt::format(
        "CREATE CONNECTION feed_{0} TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:9/', "
        "format = 'json', buffer_size = 10000);"
        "CREATE TABLE {0} (id BIGINT, k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL "
        "'500 milliseconds') WITH (connector = 'feed_{0}', retention_rows = 0);",
        name);
}

struct Sample {
    double time;
    double messages;
};

/// Nanoseconds a message between two shares of the run.
double pace(const std::vector<Sample>& samples, double from, double to) {
    const double all = samples.back().messages;
    const auto at = [&](double share) {
        return *std::find_if(samples.begin(), samples.end(),
                             [&](const Sample& sample) { return sample.messages >= share * all; });
    };
    const Sample first = at(from);
    const Sample last = at(to);
    return (last.time - first.time) * 1e9 / std::max(last.messages - first.messages, 1.0);
}

void measure(const Kind& kind, std::uint64_t rows, Report& report, std::vector<double>& growths) {
    // Two inputs have the rows between them.
    set_source_rows(rows / static_cast<std::uint64_t>(kind.inputs));
    ScriptedSession session(make_row_connection);
    std::string script =
        "CREATE CONNECTION nowhere TO blackhole;"
        "CREATE TABLE dropped (k TEXT, v DOUBLE) WITH (connector = 'nowhere');"
        "CREATE TABLE names (k TEXT, factor DOUBLE);"
        "INSERT INTO names SELECT 'K' || lpad(i::TEXT, 2, '0'), i / 10 FROM range(100) AS r(i);";
    script += input("a");
    if (kind.inputs == 2) script += input("b");
    script += kind.is_pipeline ? kind.statements : "CREATE PIPELINE measured AS INSERT INTO dropped " + kind.statements;
    std::vector<Sample> samples = {{seconds_now(), 0}};
    session.execute(script);
    double early_memory = 0;
    session.wait_until(
        [&](const laminar::DatabaseStatus& status) {
            samples.push_back({seconds_now(), static_cast<double>(status.rows_in)});
            const bool a_third = status.rows_in * 3 >= rows;
            if (a_third && early_memory == 0) early_memory = resident_bytes();
            return status.rows_in >= rows / static_cast<std::uint64_t>(kind.inputs) * kind.inputs;
        },
        3600);
    const double late_memory = resident_bytes();
    const double state = session.number("SELECT MAX(state_rows)::BIGINT FROM system.pipelines");
    const double early = pace(samples, 0.1, 0.4);
    const double late = pace(samples, 0.7, 1.0);
    constexpr double mebibyte = 1 << 20;
    report.add(kind.name + ": a row", "ns", {pace(samples, 0, 1.0)});
    report.add(kind.name + ": late rows to early ones", "x", {late / early});
    report.add(kind.name + ": rows kept at the end", "rows", {state});
    report.add(kind.name + ": memory, end of the run to its first third", "MiB more",
               {(late_memory - early_memory) / mebibyte});
    growths.push_back(late / early);
}

}  // namespace

int main(int count, char** arguments) {
    const auto rows = static_cast<std::uint64_t>(option(count, arguments, "--rows", 1'000'000));
    const auto only = static_cast<int>(option(count, arguments, "--kind", -1));
    Report report("sustained",
                  fmt::format("{} rows for each kind of pipeline, decoded from JSON; 100 keys, up to 0.4 s "
                              "out of order",
                              rows));
    std::vector<double> growths;
    for (std::size_t index = 0; index < kinds().size(); ++index) {
        if (only >= 0 && static_cast<std::size_t>(only) != index) continue;
        measure(kinds()[index], rows, report, growths);
    }
    report.add_target_at_most("sustained: cost of a row flat (late rows at most 1.25 x the early ones, every kind)",
                              1.25, "x, the worst kind", {*std::max_element(growths.begin(), growths.end())});
    report.print();
    return 0;
}
