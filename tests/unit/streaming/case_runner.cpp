#include "case_runner.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <optional>

namespace laminar::test {

namespace {

constexpr std::size_t everything = 1'000'000;

/// Batches of every size, and of random sizes; the interleaving of several inputs changes from one turn to the next.
std::vector<Feeding> feedings_for(std::size_t streams, std::size_t turn) {
    using Order = Feeding::Order;
    static constexpr Order orders[] = {Order::together, Order::by_turns, Order::first_input_first,
                                       Order::last_input_first};
    std::vector<Feeding> feedings;
    for (const std::size_t batch : {std::size_t{1}, std::size_t{7}, std::size_t{100}, everything}) {
        Feeding feeding{batch, Order::together, 0, (turn + feedings.size()) % 2 == 1};
        if (streams > 1) feeding.order = orders[(turn + feedings.size()) % std::size(orders)];
        feedings.push_back(feeding);
    }
    feedings.push_back({25, Order::at_random, 17 + turn, turn % 2 == 0});
    return feedings;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

/// Tables with sessions are replaced for each recording.
std::string with_rows_in_time(std::string text, const QueryCase& query_case) {
    for (const std::string& table : Recording::tables()) {
        const bool has_sessions = std::any_of(query_case.sessions.begin(), query_case.sessions.end(),
                                              [&](const SessionRule& rule) { return rule.table == table; });
        if (!has_sessions) replace_all(text, "{" + table + "}", Recording::rows_in_time(table, query_case.late));
    }
    return text;
}

struct Prepared {
    StreamQuery query;
    std::string reference;

    explicit Prepared(const QueryCase& each)
        : query(each.setup, each.query),
          reference(each.reference.empty() ? query.batch_sql(each.late) : with_rows_in_time(each.reference, each)) {}
};

/// The number of rows that were expected.
std::size_t check(const QueryCase& each, const Prepared& prepared, const Recording& recording,
                  const std::vector<Feeding>& feedings) {
    std::vector<RowText> expected;
    std::string types;
    std::string reference = prepared.reference;
    for (const SessionRule& rule : each.sessions)
        replace_all(reference, "{" + rule.table + "}", recording.rows_in_sessions(rule));
    try {
        expected = texts_of(recording.engine(), reference);
        types = types_of(recording.engine().prepare(reference)->columns());
    } catch (const EngineException& problem) {
        FAIL_CHECK(each.name, ": the reference fails: ", std::string(problem.what()), "\n", reference);
        return 0;
    }
    for (const Feeding& feeding : feedings) {
        std::string finding;
        try {
            const StreamQuery::Outcome outcome = prepared.query.run(recording, feeding);
            finding = outcome.problem + difference_of(outcome.rows, expected);
            if (outcome.types != types) finding += fmt::format("columns {}\nexpected {}\n", outcome.types, types);
        } catch (const std::exception& problem) {
            finding = std::string(problem.what());
        }
        const bool same = finding.empty();
        CHECK_MESSAGE(same, each.name, " over ", recording.name(), " in ", feeding.text(), ":\n", finding, each.query);
    }
    return expected.size();
}

}  // namespace

void check_case(const QueryCase& query_case, const Recording& recording, const std::vector<Feeding>& feedings) {
    try {
        (void)check(query_case, Prepared(query_case), recording, feedings);
    } catch (const std::exception& problem) {
        FAIL_CHECK(query_case.name, " is refused: ", std::string(problem.what()), "\n", query_case.query);
    }
}

void check_cases(const std::vector<QueryCase>& cases) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
    const bool everything_asked = std::getenv("LAMINAR_STREAMING_ALL") != nullptr;
    std::size_t turn = 0;
    std::size_t number = 0;
    for (const QueryCase& each : cases) {
        const bool in_every_way = everything_asked || number % 5 == 0 || number % 5 == 2;
        ++number;
        std::optional<Prepared> prepared;
        try {
            prepared.emplace(each);
        } catch (const std::exception& problem) {
            FAIL_CHECK(each.name, " is refused: ", std::string(problem.what()), "\n", each.query);
            continue;
        }
        std::size_t rows = 0;
        for (const auto& recording : recordings()) {
            std::vector<Feeding> feedings = feedings_for(prepared->query.streams().size(), turn);
            // There are as many ways to feed as recordings: each query meets each of them, with ever another recording.
            const bool last = &recording == &recordings().back();
            if (!everything_asked && (!in_every_way || last))
                feedings = {feedings[turn % feedings.size()]};
            else if (!everything_asked && turn % feedings.size() != 0)
                feedings.erase(feedings.begin());  // Rows one by one take as long as all the others: once does.
            rows += check(each, *prepared, *recording, feedings);
            ++turn;
        }
        ++turn;
        CHECK_MESSAGE(rows > 0, each.name, " has no rows over any recording, and so shows nothing");
    }
}

}  // namespace laminar::test
