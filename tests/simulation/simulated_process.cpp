#include "simulated_process.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "connectors/recorded/recorded_peers.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/rows/utc_clock.h"
#include "parser/read/parser.h"
#include "runtime/database/database.h"
#include "runtime/storage/data_directory.h"
#include "session_fixture.h"

namespace laminar::simulation {

namespace {

using Feed = SharedJournal::Feed;

constexpr std::array<const char*, SharedJournal::feeds> connections{"trades_in", "quotes_in"};
constexpr std::array<char, SharedJournal::feeds> initials{'t', 'q'};

[[noreturn]] void end(SharedJournal& journal, Ending ending, const std::string& text = {}) {
    if (!text.empty()) journal.fail(text);
    ::_exit(static_cast<int>(ending));
}

class Process {
public:
    Process(const SimulatedFeeds& feeds, SharedJournal& journal, const std::string& directory, const ProcessPlan& plan)
        : feeds_(feeds),
          journal_(journal),
          plan_(plan),
          chance_(plan.seed),
          database_(settings(directory), builtin_connectors()),
          own_(database_, {}) {}

    void live() {
        start();
        check_acknowledged();
        deliver();
        if (!plan_.is_last) {
            const Database::ShutdownResult result = database_.shut_down(false, std::chrono::seconds(30));
            if (!result.complete) wrong("it did not end: " + result.abandoned);
        } else {
            peers_.finish();
            const Database::ShutdownResult result = database_.shut_down(true, std::chrono::seconds(30));
            if (!result.complete) wrong("it did not end: " + result.abandoned);
            check_answers();
        }
        if (const DatabaseStatus status = database_.status(); status.failed)
            end(journal_, Ending::refused, status.failure);
    }

private:
    Database::Settings settings(const std::string& directory) {
        peers_.on_send = [this](const std::string& connection, const std::string& payload) {
            note(connection, payload);
        };
        Database::Settings settings;
        settings.data_directory = directory;
        settings.on_lost_storage = [this](const std::string& reason) { end(journal_, Ending::lost_storage, reason); };
        settings.make_connection = [this](const ConnectionObject& definition, const ConnectionContext& context) {
            return peers_.make(definition, context);
        };
        // A clock of its own, so that no silence is taken for idleness: what comes again is not late.
        settings.wall_clock = [] { return utc_now(); };
        return settings;
    }

    [[noreturn]] void wrong(const std::string& text) { end(journal_, Ending::found_wrong, text); }

    void run(std::string_view script) {
        const auto source = std::make_shared<SourceText>("simulation", std::string(script));
        Diagnostics problems(source);
        const ParsedScript parsed = parse_script(source, problems);
        for (const ast::Statement& statement : parsed.statements) {
            Diagnostics findings(source);
            if (own_.session.execute(source, statement, findings)) continue;
            end(journal_, Ending::refused,
                findings.all().empty() ? "a statement fails" : findings.all().back().message);
        }
    }

    void start() {
        std::string problem;
        const bool restored = own_.session.restore({}, [&](const Diagnostics& shown) {
            for (const Diagnostic& each : shown.all()) problem += each.message;
        });
        if (!restored) end(journal_, Ending::refused, problem);
        run(SimulatedFeeds::script);
        own_.session.open_connections();
    }

    /// What a peer receives. Any thread: it counts at once, even if the process is killed at the next instruction.
    void note(const std::string& connection, const std::string& payload) {
        const std::size_t digits = payload.find_first_of("0123456789");
        if (digits == std::string::npos) return;
        const std::size_t number = std::strtoul(payload.c_str() + digits, nullptr, 10);
        if (number >= most_messages) return;
        if (connection == "outlet") {
            ++journal_.received[number];
            return;
        }
        const Feed feed =
            connection == connections[SharedJournal::trades] ? SharedJournal::trades : SharedJournal::quotes;
        journal_.acknowledged[feed][number] = true;
        ++journal_.acknowledgements;
    }

    std::vector<std::string> rows_of(const std::string& table, const std::string& columns) {
        std::vector<std::string> rows = own_.query(fmt::format("SELECT {} FROM {}", columns, table));
        std::sort(rows.begin(), rows.end());
        return rows;
    }

    /// Acknowledged is kept: in each table that the message goes to, and nowhere twice.
    void check_acknowledged() {
        for (const auto& [table, column, feed] : {std::tuple("keyed", "message_id", SharedJournal::trades),
                                                  std::tuple("all_rows", "message_id", SharedJournal::trades),
                                                  std::tuple("trades", "message_id", SharedJournal::trades),
                                                  std::tuple("quotes", "message_id", SharedJournal::quotes)}) {
            const std::vector<std::string> rows = rows_of(table, column);
            const std::set<std::string> there(rows.begin(), rows.end());
            if (there.size() != rows.size()) wrong(fmt::format("a message is in \"{}\" twice", table));
            for (std::size_t n = 0; n < feeds_.count(feed); ++n) {
                const std::string row = fmt::format(R"({{"message_id":"{}{}"}})", initials[feed], n);
                if (journal_.acknowledged[feed][n] && !there.contains(row))
                    wrong(fmt::format("{}{} has been acknowledged and is not in \"{}\"", initials[feed], n, table));
            }
        }
    }

    /// Of the messages that may be under way now: the window of a peer begins with the first that it has not heard of.
    std::vector<std::size_t> under_way(Feed feed) {
        std::size_t first = 0;
        while (first < feeds_.count(feed) && journal_.acknowledged[feed][first]) ++first;
        std::vector<std::size_t> numbers;
        for (std::size_t n = first; n < std::min(first + SimulatedFeeds::window, feeds_.count(feed)); ++n)
            if (!journal_.acknowledged[feed][n]) numbers.push_back(n);
        return numbers;
    }

    void send(Feed feed, std::size_t number) {
        const auto done = peers_.deliver(connections[feed], feeds_.payload(feed, number), utc_now());
        if (done != RecordedPeers::Delivery::done)
            end(journal_, Ending::refused, fmt::format("{} takes no message", connections[feed]));
    }

    /// In each round a peer sends again what it has not heard of, in an order of its own; of that some are lost, some
    /// are late (they come in a later round), some come twice.
    void deliver() {
        std::size_t deliveries = 0;
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(40);
        for (;;) {
            bool is_done = true;
            for (const Feed feed : {SharedJournal::trades, SharedJournal::quotes}) {
                std::vector<std::size_t> numbers = under_way(feed);
                if (!numbers.empty()) is_done = false;
                if (chance_() % 3 == 0) std::shuffle(numbers.begin(), numbers.end(), chance_);
                for (const std::size_t number : numbers) {
                    const std::uint64_t fate = chance_() % 10;
                    if (fate == 0 || (fate == 1 && !plan_.is_last)) continue;
                    for (int copies = fate == 2 ? 2 : 1; copies > 0; --copies) send(feed, number);
                    ++deliveries;
                }
            }
            if (is_done) return;
            // What is taken is not done yet: more may come before it is, and does, in some rounds.
            for (const char* connection : connections)
                if (chance_() % 4 != 0 && !peers_.wait_until_taken(connection)) wrong("messages are not taken");
            if (!plan_.is_last && deliveries >= plan_.most_deliveries) return;
            if (std::chrono::steady_clock::now() > limit) {
                if (const DatabaseStatus status = database_.status(); status.failed)
                    end(journal_, Ending::refused, status.failure);
                wrong("messages are not acknowledged");
            }
        }
    }

    void check_answers() {
        for (const SimulatedFeeds::Answer& answer : feeds_.answers()) {
            const std::vector<std::string> rows = rows_of(answer.table, answer.columns);
            if (rows == answer.rows) continue;
            std::vector<std::string> missing;
            std::vector<std::string> excess;
            std::set_difference(answer.rows.begin(), answer.rows.end(), rows.begin(), rows.end(),
                                std::back_inserter(missing));
            std::set_difference(rows.begin(), rows.end(), answer.rows.begin(), answer.rows.end(),
                                std::back_inserter(excess));
            wrong(fmt::format("\"{}\" has {} rows, the model {}; missing: {}; in excess: {}", answer.table, rows.size(),
                              answer.rows.size(), fmt::join(missing, " "), fmt::join(excess, " ")));
        }
    }

    const SimulatedFeeds& feeds_;
    SharedJournal& journal_;
    const ProcessPlan& plan_;
    std::mt19937_64 chance_;
    RecordedPeers peers_;
    Database database_;
    test::RecordedSession own_;
};

}  // namespace

[[noreturn]] void live(const SimulatedFeeds& feeds, SharedJournal& journal, const std::string& directory,
                       const ProcessPlan& plan) {
    spdlog::set_level(spdlog::level::off);
    (void)::umask(077);
    if (!plan.point.empty())
        (void)::setenv("LAMINAR_CRASH_POINT", plan.point.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    journal.begin_process();
    arm_file_faults(journal, directory, plan.fault, plan.at_step);
    try {
        Process(feeds, journal, directory, plan).live();
    } catch (const std::exception& problem) {
        end(journal, Ending::refused, problem.what());
    }
    end(journal, Ending::well);
}

}  // namespace laminar::simulation
