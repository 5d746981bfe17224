// Pipelines that read pipelines: each comes to what one query over a view of the same text comes to, whatever is late
// and however rows fell into batches; and where nothing is late, to what the query answers ad hoc.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <optional>

#include "recording.h"
#include "row_texts.h"
#include "stream_run.h"

using namespace laminar::test;

namespace {

constexpr std::size_t everything = 1'000'000;

struct Link {
    const char* name;
    const char* query;  ///< Over "{}", which has symbol, ts and v; delivers these again.
    /// Of windows: the same over windows, of which it gathers several.
    const char* over_windows = nullptr;
};

constexpr Link links[] = {
    {"a filter", "SELECT symbol, ts, v FROM {} WHERE v % 3 <> 0"},
    {"UNION ALL",
     "SELECT symbol, ts, v FROM {} UNION ALL SELECT symbol, ts, CAST(bid AS BIGINT) AS v FROM quotes WHERE ask > 20"},
    {"a LEFT interval join",
     "SELECT a.symbol, a.ts, a.v + coalesce(o.order_id, 0) AS v FROM {} AS a LEFT JOIN orders AS o ON a.v % 5 = "
     "o.order_id % 5 AND o.ts BETWEEN a.ts - INTERVAL '8 seconds' AND a.ts + INTERVAL '8 seconds'"},
    {"TUMBLE with an offset",
     "SELECT symbol, TUMBLE_START(ts, INTERVAL '20 seconds', INTERVAL '7 seconds') AS ts, CAST(SUM(v) AS BIGINT) AS v "
     "FROM {} GROUP BY symbol, TUMBLE(ts, INTERVAL '20 seconds', INTERVAL '7 seconds')",
     "SELECT symbol, TUMBLE_START(ts, INTERVAL '50 seconds', INTERVAL '11 seconds') AS ts, CAST(SUM(v) AS BIGINT) AS v "
     "FROM {} GROUP BY symbol, TUMBLE(ts, INTERVAL '50 seconds', INTERVAL '11 seconds')"},
    {"HOP",
     "SELECT symbol, HOP_START(ts, INTERVAL '10 seconds', INTERVAL '30 seconds') AS ts, CAST(SUM(v) AS BIGINT) AS v "
     "FROM {} GROUP BY symbol, HOP(ts, INTERVAL '10 seconds', INTERVAL '30 seconds')",
     "SELECT symbol, HOP_START(ts, INTERVAL '20 seconds', INTERVAL '50 seconds') AS ts, CAST(SUM(v) AS BIGINT) AS v "
     "FROM {} GROUP BY symbol, HOP(ts, INTERVAL '20 seconds', INTERVAL '50 seconds')"},
    {"SESSION",
     "SELECT symbol, SESSION_START(ts, INTERVAL '10 seconds') AS ts, CAST(SUM(v) AS BIGINT) AS v FROM {} GROUP BY "
     "symbol, SESSION(ts, INTERVAL '10 seconds')",
     "SELECT symbol, SESSION_START(ts, INTERVAL '25 seconds') AS ts, CAST(SUM(v) AS BIGINT) AS v FROM {} GROUP BY "
     "symbol, SESSION(ts, INTERVAL '25 seconds')"},
    {"an updating aggregate", "SELECT symbol, MAX(ts) AS ts, CAST(SUM(v) AS BIGINT) AS v FROM {} GROUP BY symbol"},
};

std::string over(const Link& link, const std::string& relation) {
    return fmt::format(fmt::runtime(link.query), relation);
}

/// A query over views or over pipelines, bound once for all that it is run over.
class Graph {
public:
    Graph(const std::string& setup, const std::string& query) {
        accept([&] { query_.emplace(setup, query); });
    }

    /// Empty where the query is refused, by the binder or when it is planned; then refusal() tells why.
    std::optional<StreamQuery::Outcome> run(const Recording& recording, const Feeding& feeding) {
        std::optional<StreamQuery::Outcome> outcome;
        if (query_) accept([&] { outcome = query_->run(recording, feeding); });
        return outcome;
    }
    [[nodiscard]] const std::string& refusal() const { return refusal_; }
    [[nodiscard]] const StreamQuery& query() const { return *query_; }

private:
    template <typename Step>
    void accept(const Step& step) {
        try {
            step();
        } catch (const std::runtime_error& refused) {
            refusal_ = refused.what();
        }
    }

    std::optional<StreamQuery> query_;
    std::string refusal_;
};

/// Rows that may be late, or for some of their windows, and rows without a time.
bool has_rows_behind(const Recording& recording, const std::vector<std::string>& streams) {
    for (const std::string& table : streams) {
        const auto count =
            texts_of(recording.engine(), fmt::format("SELECT count(*) FROM {} WHERE ts IS NULL OR ts < w", table));
        if (count.front().front() != "0") return true;
    }
    return false;
}

/// Statements with the kind of what they create in the place of {}.
std::string as(std::string setup, const char* kind) {
    for (std::size_t at = setup.find("{}"); at != std::string::npos; at = setup.find("{}")) setup.replace(at, 2, kind);
    return setup;
}

/// What pipelines are fed with: each size of batches with another recording. Rows one by one take as long as all the
/// others together, and what they show of single operators the files of queries show.
Feeding feeding_of(std::size_t turn) {
    static constexpr std::size_t batches[] = {2, 9, 60, everything};
    const bool ends_early = turn % 2 == 0;
    if (turn % 5 == 4) return {25, Feeding::Order::at_random, turn, ends_early};
    return {batches[turn % 5], turn % 3 == 0 ? Feeding::Order::by_turns : Feeding::Order::together, 0, ends_early};
}

/// The one in which rows come late, and two of the others.
std::vector<const Recording*> recordings_of(std::size_t turn) {
    std::vector<const Recording*> chosen;
    std::size_t others = 0;
    for (const auto& recording : recordings()) {
        const bool is_late = recording->name() == "late";
        if (is_late || (others++ + turn) % 2 == 0) chosen.push_back(recording.get());
    }
    return chosen;
}

/// setup: statements that create {} after {}, which stand for views or for pipelines; both come to the same. Views have
/// all rows at once, or nearly so.
void check_graph(const std::string& name, const std::string& setup, const std::string& query, std::size_t turn) {
    Graph views(as(setup, "VIEW"), query);
    Graph pipelines(as(setup, "PIPELINE"), query);
    std::size_t rows_in_time = 0;
    for (const Recording* recording : recordings_of(turn)) {
        ++turn;
        const Feeding feeding = feeding_of(turn);
        const auto expected = views.run(*recording, {turn % 2 == 0 ? everything : 40});
        const auto outcome = pipelines.run(*recording, feeding);
        // HOP and SESSION take no updating result, be it that of a view or of a pipeline.
        CHECK_MESSAGE(pipelines.refusal() == views.refusal(), name, ": ", views.refusal(), pipelines.refusal());
        const bool may_be_refused = views.refusal().find("over rows that change") != std::string::npos;
        CHECK_MESSAGE((views.refusal().empty() || may_be_refused), name, ": ", views.refusal());
        if (!expected || !outcome) return;
        rows_in_time += outcome->rows_before_end;
        std::string finding = outcome->problem + difference_of(outcome->rows, expected->rows);
        if (outcome->types != expected->types) finding += outcome->types + " is not " + expected->types;
        CHECK_MESSAGE(expected->problem.empty(), name, ": ", expected->problem);
        CHECK_MESSAGE(finding.empty(), name, " over ", recording->name(), " in ", feeding.text(), ":\n", finding);
        if (has_rows_behind(*recording, views.query().streams())) continue;
        const std::string against_batch =
            difference_of(outcome->rows, texts_of(recording->engine(), views.query().ad_hoc_sql()));
        CHECK_MESSAGE(against_batch.empty(), name, " over ", recording->name(), ", ad hoc:\n", against_batch);
    }
    CHECK_MESSAGE(rows_in_time > 0, name, ": nothing is delivered before the inputs end");
}

/// The links before it, each as a pipeline or a view, and the last as a query.
void check_chain(const std::vector<const Link*>& chain, std::size_t turn) {
    std::string name;
    std::string setup;
    std::string relation = "(SELECT symbol, ts, quantity AS v FROM trades)";
    for (std::size_t index = 0; index + 1 < chain.size(); ++index) {
        name += std::string(chain[index]->name) + ", then ";
        const std::string next = fmt::format("step{}", index + 1);
        setup += fmt::format("CREATE {{}} {} AS {};\n", next, over(*chain[index], relation));
        relation = next;
    }
    name += chain.back()->name;
    const Link& last = *chain.back();
    const bool gathers = last.over_windows && chain[chain.size() - 2]->over_windows;
    const std::string query = fmt::format(fmt::runtime(gathers ? last.over_windows : last.query), relation);
    check_graph(name, setup, query, turn);
}

/// Two ways that part and meet again, level by level: what takes the place of {} reads the level before.
struct Ways {
    const char* name;
    const char* one;
    const char* other;
};

constexpr Ways ways[] = {
    {"diamonds", "SELECT symbol, ts, v FROM {} WHERE v % 2 = 0", "SELECT symbol, ts, v FROM {} WHERE v % 2 <> 0"},
    {"diamonds that shift the time", "SELECT symbol, ts, v FROM {} WHERE v % 3 = 0",
     "SELECT symbol, ts + INTERVAL '3 seconds' AS ts, v FROM {} WHERE v % 3 <> 0"},
    {"diamonds with a window on one side", "SELECT symbol, ts, v FROM {} WHERE v % 3 <> 0",
     "SELECT symbol, TUMBLE_START(ts, INTERVAL '5 seconds') AS ts, CAST(MAX(v) AS BIGINT) AS v FROM {} GROUP BY "
     "symbol, TUMBLE(ts, INTERVAL '5 seconds')"},
    {"diamonds with another stream", "SELECT symbol, ts, v FROM {} WHERE v % 3 <> 0",
     "SELECT symbol, ts + INTERVAL '2 seconds' AS ts, v FROM {} UNION ALL SELECT symbol, ts, CAST(bid AS BIGINT) AS v "
     "FROM quotes WHERE ask > 20"},
};

/// Of views or pipelines m0 ... of so many levels, after {}, which stands for their kind.
std::string diamonds_of(const Ways& sides, int levels) {
    std::string setup = "CREATE {} m0 AS SELECT symbol, ts, quantity AS v FROM trades;\n";
    for (int level = 0; level < levels; ++level) {
        const std::string before = fmt::format("m{}", level);
        setup += fmt::format("CREATE {{}} a{} AS {};\n", level, fmt::format(fmt::runtime(sides.one), before));
        setup += fmt::format("CREATE {{}} b{} AS {};\n", level, fmt::format(fmt::runtime(sides.other), before));
        setup += fmt::format(
            "CREATE {{}} m{0} AS SELECT symbol, ts, v FROM a{1} UNION ALL SELECT symbol, ts, v FROM b{1};\n", level + 1,
            level);
    }
    return setup;
}

void check_chains_from(std::size_t first) {
    std::size_t turn = first;
    for (const Link& last : links) check_chain({&links[first], &last}, turn++);
}

}  // namespace

TEST_CASE("chains from a filter") { check_chains_from(0); }
TEST_CASE("chains from UNION ALL") { check_chains_from(1); }
TEST_CASE("chains from a LEFT interval join") { check_chains_from(2); }
TEST_CASE("chains from TUMBLE with an offset") { check_chains_from(3); }
TEST_CASE("chains from HOP") { check_chains_from(4); }
TEST_CASE("chains from SESSION") { check_chains_from(5); }
TEST_CASE("chains from an updating aggregate") { check_chains_from(6); }

TEST_CASE("chains of three") {
    check_chain({&links[0], &links[1], &links[5]}, 0);
    check_chain({&links[2], &links[0], &links[3]}, 1);
    check_chain({&links[1], &links[0], &links[4]}, 2);
    check_chain({&links[4], &links[3], &links[6]}, 3);
}

TEST_CASE("diamonds") {
    std::size_t turn = 0;
    for (const Ways& sides : ways) {
        // TUMBLE and SESSION over each, and one of the others.
        const std::size_t another = std::array<std::size_t, 4>{1, 2, 4, 2}.at(turn / 3);
        for (const std::size_t last : {std::size_t{3}, std::size_t{5}, another}) {
            check_graph(fmt::format("{}, then {}", sides.name, links[last].name), diamonds_of(sides, 2),
                        over(links[last], "m2"), turn++);
        }
    }
}

// A pipeline that stands still keeps what it reads, and its clocks, where they are.
TEST_CASE("paused pipelines") {
    for (const Ways& sides : ways) {
        const std::string query = over(links[3], "m1");
        const StreamQuery views(as(diamonds_of(sides, 1), "VIEW"), query);
        const StreamQuery pipelines(as(diamonds_of(sides, 1), "PIPELINE"), query);
        for (const auto& recording : recordings()) {
            Feeding feeding{7, Feeding::Order::together};
            const auto expected = views.run(*recording, {everything});
            feeding.pauses = true;
            const auto outcome = pipelines.run(*recording, feeding);
            const std::string finding = outcome.problem + difference_of(outcome.rows, expected.rows);
            CHECK_MESSAGE(finding.empty(), std::string(sides.name), " over ", recording->name(), ", ", feeding.text(),
                          ":\n", finding);
        }
    }
}

// Clocks that nobody needed before begin with the first reader, as those of a query over views do.
TEST_CASE("readers that begin late") {
    for (const Ways& sides : {ways[0], ways[1], ways[3]}) {
        const std::string query = over(links[3], "m1");
        const StreamQuery views(as(diamonds_of(sides, 1), "VIEW"), query);
        const StreamQuery pipelines(as(diamonds_of(sides, 1), "PIPELINE"), query);
        for (const auto& recording : recordings()) {
            Feeding feeding{7, Feeding::Order::together};
            const auto whole = pipelines.run(*recording, {everything});
            // Of "late", rows come then that lie behind those before, and not behind any that the reader has seen.
            feeding.cycles_before = 11;
            const auto expected = views.run(*recording, feeding);
            const auto outcome = pipelines.run(*recording, feeding);
            const std::string finding = outcome.problem + difference_of(outcome.rows, expected.rows);
            CHECK_MESSAGE(finding.empty(), std::string(sides.name), " over ", recording->name(), ", ", feeding.text(),
                          ":\n", finding);
            CHECK(whole.rows.size() > outcome.rows.size());
        }
    }
}

// Whoever walks the graph of pipelines by every way through it needs minutes for these, and so does who names a clock
// for each way by which rows come, or for each time that they were given on their ways.
TEST_CASE("wide and deep graphs") {
    const Recording& recording = *recordings().front();
    for (const char* shift : {"0", "v"}) {
        std::string setup = "CREATE PIPELINE m0 AS SELECT symbol, ts, quantity AS v FROM trades;\n";
        for (int level = 0; level < 20; ++level)
            setup += fmt::format(
                "CREATE PIPELINE a{0} AS SELECT symbol, ts, v FROM m{0} WHERE (v >> {0}) % 2 = 0;\n"
                "CREATE PIPELINE b{0} AS SELECT symbol, {2} AS ts, v FROM m{0} WHERE (v >> {0}) % 2 <> 0;\n"
                "CREATE PIPELINE m{1} AS SELECT symbol, ts, v FROM a{0} UNION ALL SELECT symbol, ts, v FROM b{0};\n",
                level, level + 1, *shift == '0' ? "ts" : fmt::format("ts + INTERVAL '{} seconds'", 1 << level));
        const StreamQuery diamonds(setup, "SELECT symbol, ts, v FROM m20");
        const StreamQuery::Outcome outcome = diamonds.run(recording, {100, Feeding::Order::together, 0, true});
        CHECK(outcome.problem == "");
        const auto expected = texts_of(
            recording.engine(), fmt::format("SELECT symbol, ts + to_seconds({}), quantity AS v FROM trades WHERE "
                                            "quantity IS NOT NULL",
                                            *shift == '0' ? "0" : "quantity"));
        CHECK(difference_of(outcome.rows, expected) == "");
        // Each row is in time, or late, by the clock of its own way: the windows lack what those of trades lack.
        const std::string windows =
            "SELECT TUMBLE_START(ts, INTERVAL '1 second') AS ts, CAST(SUM(v) AS BIGINT) AS v FROM {} GROUP BY "
            "TUMBLE(ts, INTERVAL '1 second')";
        if (*shift != '0') continue;
        const StreamQuery windowed(setup, fmt::format(fmt::runtime(windows), "m20"));
        const StreamQuery direct("", fmt::format(fmt::runtime(windows),
                                                 "(SELECT ts, quantity AS v FROM trades WHERE quantity IS NOT NULL)"));
        CHECK(difference_of(windowed.run(recording, {100, Feeding::Order::together, 0, true}).rows,
                            direct.run(recording, {100, Feeding::Order::together, 0, true}).rows) == "");
    }

    std::string setup;
    setup =
        "CREATE PIPELINE w0 AS SELECT TUMBLE_START(ts, INTERVAL '1 second') AS ts, COUNT(*) AS n FROM trades GROUP BY "
        "TUMBLE(ts, INTERVAL '1 second');\n";
    for (int level = 1; level < 24; ++level)
        setup += fmt::format(
            "CREATE PIPELINE w{0} AS SELECT TUMBLE_START(ts, INTERVAL '{0} seconds') AS ts, SUM(n) AS n FROM w{1} "
            "GROUP "
            "BY TUMBLE(ts, INTERVAL '{0} seconds');\n",
            level, level - 1);
    const StreamQuery windows(setup, "SELECT SUM(n) AS n FROM w23");
    const StreamQuery::Outcome total = windows.run(recording, {100, Feeding::Order::together, 0, true});
    CHECK(total.problem == "");
    REQUIRE(total.rows.size() == 1);
    CHECK(total.rows.front() == texts_of(recording.engine(), "SELECT count(ts) FROM trades").front());
}
