// Pipelines that read pipelines: each comes to what one query over a view of the same text comes to, whatever is late
// and however rows fell into batches; and where nothing is late, to what the query answers ad hoc.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "recording.h"
#include "row_texts.h"
#include "stream_run.h"

using namespace laminar::test;

namespace {

struct Link {
    const char* name;
    const char* query;  ///< Over "{}", which has symbol, ts and v; delivers these again.
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
     "FROM {} GROUP BY symbol, TUMBLE(ts, INTERVAL '20 seconds', INTERVAL '7 seconds')"},
    {"HOP",
     "SELECT symbol, HOP_START(ts, INTERVAL '10 seconds', INTERVAL '30 seconds') AS ts, CAST(SUM(v) AS BIGINT) AS v "
     "FROM "
     "{} GROUP BY symbol, HOP(ts, INTERVAL '10 seconds', INTERVAL '30 seconds')"},
    {"SESSION",
     "SELECT symbol, SESSION_START(ts, INTERVAL '10 seconds') AS ts, CAST(SUM(v) AS BIGINT) AS v FROM {} GROUP BY "
     "symbol, SESSION(ts, INTERVAL '10 seconds')"},
    {"an updating aggregate", "SELECT symbol, MAX(ts) AS ts, CAST(SUM(v) AS BIGINT) AS v FROM {} GROUP BY symbol"},
};

std::string over(const Link& link, const std::string& relation) {
    return fmt::format(fmt::runtime(link.query), relation);
}

/// Empty where the query is refused; then why is told.
std::optional<StreamQuery::Outcome> outcome_of(const std::string& setup, const std::string& query,
                                               const Recording& recording, const Feeding& feeding,
                                               std::string& refusal) {
    try {
        return StreamQuery(setup, query).run(recording, feeding);
    } catch (const std::runtime_error& refused) {
        refusal = refused.what();
        return std::nullopt;
    }
}

/// Rows that may be late, or for some of their windows, and rows without a time.
bool has_rows_behind(const Recording& recording, const std::vector<std::string>& streams) {
    for (const std::string& table : streams) {
        const auto count =
            texts_of(recording.engine(), fmt::format("SELECT count(*) FROM {} WHERE ts IS NULL OR ts < w", table));
        if (count.front().front() != "0") return true;
    }
    return false;
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
    const std::string query = over(*chain.back(), relation);
    const auto made_of = [&](const char* kind) {
        std::string text = setup;
        for (std::size_t at = text.find("{}"); at != std::string::npos; at = text.find("{}")) text.replace(at, 2, kind);
        return text;
    };
    static constexpr std::size_t batches[] = {1, 7, 60, 1'000'000};
    for (const auto& recording : recordings()) {
        ++turn;
        const Feeding feeding{batches[turn % 4], turn % 3 == 0 ? Feeding::Order::by_turns : Feeding::Order::together, 0,
                              turn % 2 == 0};
        const Feeding other{batches[(turn + 2) % 4], Feeding::Order::together, 0, false};
        std::string refused_view;
        std::string refused_pipeline;
        const auto expected = outcome_of(made_of("VIEW"), query, *recording, other, refused_view);
        const auto outcome = outcome_of(made_of("PIPELINE"), query, *recording, feeding, refused_pipeline);
        // HOP and SESSION take no updating result, be it that of a view or of a pipeline.
        CHECK_MESSAGE(refused_pipeline == refused_view, name, ": ", refused_view, refused_pipeline);
        const bool may_be_refused = refused_view.find("over rows that change") != std::string::npos;
        CHECK_MESSAGE((refused_view.empty() || may_be_refused), name, ": ", refused_view);
        if (!expected || !outcome) return;
        std::string finding = outcome->problem + difference_of(outcome->rows, expected->rows);
        if (outcome->types != expected->types) finding += outcome->types + " is not " + expected->types;
        CHECK_MESSAGE(expected->problem.empty(), name, ": ", expected->problem);
        CHECK_MESSAGE(finding.empty(), name, " over ", recording->name(), " in ", feeding.text(), ":\n", finding);
        const StreamQuery view(made_of("VIEW"), query);
        if (has_rows_behind(*recording, view.streams())) continue;
        const std::string against_batch =
            difference_of(outcome->rows, texts_of(recording->engine(), view.ad_hoc_sql()));
        CHECK_MESSAGE(against_batch.empty(), name, " over ", recording->name(), ", ad hoc:\n", against_batch);
    }
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

// Whoever walks the graph of pipelines by every way through it needs minutes for these. The diamonds have no time: the
// keys of a time name a clock for each way by which its rows come.
TEST_CASE("wide and deep graphs") {
    std::string setup = "CREATE PIPELINE m0 AS SELECT symbol, quantity AS v FROM trades;\n";
    for (int level = 0; level < 20; ++level)
        setup += fmt::format(
            "CREATE PIPELINE a{0} AS SELECT symbol, v FROM m{0} WHERE v % 2 = 0;\n"
            "CREATE PIPELINE b{0} AS SELECT symbol, v FROM m{0} WHERE v % 2 <> 0;\n"
            "CREATE PIPELINE m{1} AS SELECT symbol, v FROM a{0} UNION ALL SELECT symbol, v FROM b{0};\n",
            level, level + 1);
    const Recording& recording = *recordings().front();
    const StreamQuery diamonds(setup, "SELECT symbol, v FROM m20");
    const StreamQuery::Outcome outcome = diamonds.run(recording, {100, Feeding::Order::together, 0, true});
    CHECK(outcome.problem == "");
    const auto expected =
        texts_of(recording.engine(), "SELECT symbol, quantity FROM trades WHERE quantity IS NOT NULL");
    CHECK(difference_of(outcome.rows, expected) == "");

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
