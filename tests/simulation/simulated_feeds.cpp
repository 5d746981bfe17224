#include "simulated_feeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>

namespace laminar::simulation {

namespace {

constexpr std::int64_t step = 100;  ///< Milliseconds between messages; the delay of the watermark is that of 20.
constexpr std::int64_t second = 1000;

std::string time_text(std::int64_t milliseconds) {
    return fmt::format("2026-03-01T12:00:{:02}.{:03}", milliseconds / second, milliseconds % second);
}

}  // namespace

// A log this small is worked off within the life of a process.
const char* SimulatedFeeds::script = R"(
    SET checkpoint_threshold = '16KB';
    CREATE CONNECTION trades_in TO websocket (endpoint = 'ws://127.0.0.1:1', mode = 'client', format = 'json',
                                              ack_message = '{"message_id": "${message_id}"}');
    CREATE CONNECTION quotes_in TO websocket (endpoint = 'ws://127.0.0.1:1', mode = 'client', format = 'json',
                                              ack_message = '{"message_id": "${message_id}"}');
    CREATE CONNECTION outlet TO websocket (endpoint = 'ws://127.0.0.1:1', mode = 'client', format = 'json');
    CREATE TABLE trades (message_id TEXT, n BIGINT, symbol TEXT, q BIGINT, ts TIMESTAMP,
                         WATERMARK FOR ts AS ts - INTERVAL '2 seconds') WITH (connector = 'trades_in');
    CREATE TABLE quotes (message_id TEXT, n BIGINT, symbol TEXT, ts TIMESTAMP,
                         WATERMARK FOR ts AS ts - INTERVAL '2 seconds') WITH (connector = 'quotes_in');
    CREATE TABLE sent (n BIGINT) WITH (connector = 'outlet', mode = 'sink');
    CREATE TABLE keyed (message_id TEXT PRIMARY KEY, q BIGINT);
    CREATE TABLE all_rows (message_id TEXT, q BIGINT);
    CREATE TABLE totals (symbol TEXT PRIMARY KEY, n BIGINT, q BIGINT);
    CREATE TABLE windows (symbol TEXT, second BIGINT, n BIGINT, q BIGINT);
    CREATE TABLE joined (n BIGINT, m BIGINT);
    CREATE PIPELINE make_keyed AS INSERT INTO keyed SELECT message_id, q FROM trades;
    CREATE PIPELINE make_all_rows AS INSERT INTO all_rows SELECT message_id, q FROM trades;
    CREATE PIPELINE make_totals AS INSERT INTO totals SELECT symbol, COUNT(*), SUM(q) FROM trades GROUP BY symbol;
    CREATE PIPELINE make_windows AS INSERT INTO windows
        SELECT symbol, EXTRACT(second FROM TUMBLE_START(ts, INTERVAL '1 second')), COUNT(*), SUM(q) FROM trades
        GROUP BY symbol, TUMBLE(ts, INTERVAL '1 second');
    CREATE PIPELINE make_joined AS INSERT INTO joined
        SELECT t.n, q.n FROM trades AS t JOIN quotes AS q
        ON t.symbol = q.symbol AND q.ts BETWEEN t.ts - INTERVAL '500 milliseconds' AND t.ts;
    CREATE PIPELINE send AS INSERT INTO sent SELECT n FROM trades;
)";

SimulatedFeeds::SimulatedFeeds(std::uint64_t seed) {
    std::mt19937_64 chance(seed);
    const std::size_t trades = 12 + chance() % 28;
    const std::size_t quotes = 6 + chance() % 14;
    const auto symbol = [&] { return static_cast<char>('A' + chance() % 3); };
    for (std::size_t n = 0; n < trades; ++n) {
        const std::int64_t at = static_cast<std::int64_t>(n) * step + static_cast<std::int64_t>(chance() % 90);
        const char its = symbol();
        trades_.push_back({at, its, static_cast<std::int64_t>(chance() % 100)});
    }
    for (std::size_t n = 0; n < quotes; ++n) {
        const std::int64_t at = static_cast<std::int64_t>(n) * step + static_cast<std::int64_t>(chance() % 90);
        quotes_.push_back({at, symbol()});
    }
}

std::size_t SimulatedFeeds::count(SharedJournal::Feed feed) const {
    return feed == SharedJournal::trades ? trades_.size() : quotes_.size();
}

std::string SimulatedFeeds::payload(SharedJournal::Feed feed, std::size_t number) const {
    if (feed == SharedJournal::quotes) {
        const Quote& quote = quotes_[number];
        return fmt::format(R"({{"message_id":"q{0}","n":{0},"symbol":"{1}","ts":"{2}"}})", number, quote.symbol,
                           time_text(quote.at));
    }
    const Trade& trade = trades_[number];
    return fmt::format(R"({{"message_id":"t{0}","n":{0},"symbol":"{1}","q":{2},"ts":"{3}"}})", number, trade.symbol,
                       trade.quantity, time_text(trade.at));
}

std::vector<SimulatedFeeds::Answer> SimulatedFeeds::answers() const {
    Answer keyed{"keyed", "message_id, q", {}};
    Answer retained{"trades", "n", {}};
    Answer retained_quotes{"quotes", "n", {}};
    Answer joined{"joined", "n, m", {}};
    using Sum = std::pair<std::int64_t, std::int64_t>;
    std::map<char, Sum> by_symbol;
    std::map<std::pair<char, std::int64_t>, Sum> by_window;
    for (std::size_t n = 0; n < trades_.size(); ++n) {
        const Trade& trade = trades_[n];
        keyed.rows.push_back(fmt::format(R"({{"message_id":"t{}","q":{}}})", n, trade.quantity));
        retained.rows.push_back(fmt::format(R"({{"n":{}}})", n));
        for (Sum* sum : {&by_symbol[trade.symbol], &by_window[{trade.symbol, trade.at / second}]}) {
            ++sum->first;
            sum->second += trade.quantity;
        }
        for (std::size_t m = 0; m < quotes_.size(); ++m) {
            const Quote& quote = quotes_[m];
            if (quote.symbol == trade.symbol && quote.at <= trade.at && quote.at >= trade.at - 500)
                joined.rows.push_back(fmt::format(R"({{"n":{},"m":{}}})", n, m));
        }
    }
    for (std::size_t m = 0; m < quotes_.size(); ++m) retained_quotes.rows.push_back(fmt::format(R"({{"n":{}}})", m));
    Answer totals{"totals", "symbol, n, q", {}};
    for (const auto& [symbol, sum] : by_symbol)
        totals.rows.push_back(fmt::format(R"({{"symbol":"{}","n":{},"q":{}}})", symbol, sum.first, sum.second));
    Answer windows{"windows", "symbol, second, n, q", {}};
    for (const auto& [key, sum] : by_window)
        windows.rows.push_back(fmt::format(R"({{"symbol":"{}","second":{},"n":{},"q":{}}})", key.first, key.second,
                                           sum.first, sum.second));
    Answer all_rows = keyed;
    all_rows.table = "all_rows";
    std::vector<Answer> answers{keyed, all_rows, totals, windows, joined, retained, retained_quotes};
    for (Answer& answer : answers) std::sort(answer.rows.begin(), answer.rows.end());
    return answers;
}

}  // namespace laminar::simulation
