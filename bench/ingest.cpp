// From a socket to typed rows to a filter and a tumbling count by key, beside readers that do nothing with the
// messages. Usage: ingest [--rounds N] [--messages N] [--scale 1 (also other sizes and numbers of pipelines)]
//                         [--only N (the N-th measurement alone, for profilers)]
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/baseline_readers.h"
#include "bench/feed.h"
#include "bench/report.h"
#include "bench/scripted_session.h"

namespace {

using namespace laminar::bench;

double rate(std::uint64_t messages, double began, double ended) {
    return static_cast<double>(messages) / (ended - began);
}

double plain_beast(std::uint64_t messages) {
    const RawFeed feed(messages);
    const double ended = read_with_plain_beast(feed.port(), messages);
    return rate(messages, feed.began(), ended);
}

double frame_wise(std::uint64_t messages) {
    const RawFeed feed(messages);
    const double ended = read_frame_wise(feed.port(), messages);
    return rate(messages, feed.began(), ended);
}

std::string connection(const RawFeed& feed, const std::string& options) {
    return fmt::format(
        "CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = '{}', format = 'json'{});\n"
        "CREATE CONNECTION nowhere TO blackhole;\n"
        "CREATE TABLE counts (symbol TEXT, n BIGINT, began TIMESTAMP) WITH (connector = 'nowhere');\n",
        feed.url(), options);
}

std::string table(const std::string& name, const std::string& options = "") {
    return fmt::format(
        "CREATE TABLE {} (event_id TEXT, event_type TEXT, symbol TEXT, price DOUBLE, volume BIGINT, "
        "timestamp TIMESTAMP, data JSON) WITH (connector = 'feed'{});\n",
        name, options);
}

std::string pipeline(int number, const std::string& source) {
    return fmt::format(
        "CREATE PIPELINE counting{} AS INSERT INTO counts SELECT symbol, COUNT(*) AS n, "
        "TUMBLE_START(timestamp, INTERVAL '10 seconds') AS began FROM {} WHERE price > 10 "
        "GROUP BY symbol, TUMBLE(timestamp, INTERVAL '10 seconds');\n",
        number, source);
}

std::string direct_pipeline(int number) {
    return fmt::format(
        "CREATE PIPELINE counting{} AS INSERT INTO counts SELECT symbol, COUNT(*) AS n, "
        "TUMBLE_START(timestamp::TIMESTAMP, INTERVAL '10 seconds') AS began FROM feed "
        "WHERE price::DOUBLE > 10 GROUP BY symbol, TUMBLE(timestamp::TIMESTAMP, INTERVAL '10 "
        "seconds');\n",
        number);
}

double session(std::uint64_t messages, const std::string& options, const std::string& rest, int readers = 1) {
    const RawFeed feed(messages);  // Ends last: it is the client that closes.
    ScriptedSession session;
    session.execute(connection(feed, options) + rest);
    const double ended = session.wait_for_rows(messages * static_cast<std::uint64_t>(readers));
    return rate(messages, feed.began(), ended);
}

constexpr const char* large_buffer = ", buffer_size = 50000";

/// Clients of a server connection that send in turns, a hundred messages at a time, from one thread.
class SendingClients {
public:
    SendingClients(std::uint16_t port, std::size_t clients) {
        for (std::size_t number = 0; number < clients; ++number) descriptors_.push_back(connect_websocket(port));
    }
    ~SendingClients() {
        for (const int descriptor : descriptors_) close(descriptor);
    }
    SendingClients(const SendingClients&) = delete;
    SendingClients& operator=(const SendingClients&) = delete;

    void send(std::uint64_t messages) {
        FramedMinute minute(true);
        for (std::uint64_t sent = 0; sent < messages; sent += at_once) {
            const std::string_view frames = minute.at(sent / FramedMinute::messages);
            const std::size_t begin = sent % FramedMinute::messages * minute.frame_size();
            const int descriptor = descriptors_[sent / at_once % descriptors_.size()];
            if (!send_all(descriptor, frames.substr(begin, at_once * minute.frame_size()))) {
                fmt::print(stderr, "the server has thrown a client out\n");
                std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing is left to be run at the end
            }
        }
    }

    static constexpr std::uint64_t at_once = 100;

private:
    std::vector<int> descriptors_;
};

double session_of_server(std::uint64_t messages, std::size_t clients) {
    ScriptedSession session;
    session.execute(
        "CREATE CONNECTION feed TO websocket (mode = 'server', host = '127.0.0.1', port = 0, format = 'json', "
        "buffer_size = 50000, max_connections = 2000, "
        "max_connections_per_ip = 2000);\n"
        "CREATE CONNECTION nowhere TO blackhole;\n"
        "CREATE TABLE counts (symbol TEXT, n BIGINT, began TIMESTAMP) WITH (connector = 'nowhere');\n" +
        direct_pipeline(1));
    SendingClients senders(session.port_of("feed"), clients);
    const double began = seconds_now();
    std::thread sending([&] { senders.send(messages); });
    const double ended = session.wait_for_rows(messages);
    sending.join();
    return rate(messages, began, ended);
}

void scale(Report& report, std::uint64_t messages, std::size_t rounds) {
    const auto add = [&](const std::string& name, std::uint64_t count, const std::string& rest, int readers) {
        std::vector<double> nanoseconds;
        for (std::size_t round = 0; round < rounds; ++round)
            nanoseconds.push_back(1e9 / session(count, large_buffer, rest, readers));
        report.add(name, "ns/message", nanoseconds);
    };
    for (const std::uint64_t count : {messages / 5, messages, messages * 5})
        add(fmt::format("table and pipeline, {} messages", count), count,
            table("events", ", retention_rows = 100000") + pipeline(1, "events"), 1);
    for (const std::size_t clients : {1, 10, 100, 1000}) {
        std::vector<double> nanoseconds;
        for (std::size_t round = 0; round < rounds; ++round)
            nanoseconds.push_back(1e9 / session_of_server(messages, clients));
        report.add(fmt::format("pipeline on a server, {} clients that send", clients), "ns/message", nanoseconds);
    }
    for (const int readers : {1, 10, 50}) {
        std::string on_table = table("events", ", retention_rows = 100000");
        for (int number = 0; number < readers; ++number) on_table += pipeline(number, "events");
        add(fmt::format("{} pipelines on one table", readers), messages / 5, on_table, 1);
        std::string direct;
        for (int number = 0; number < readers; ++number) direct += direct_pipeline(number);
        add(fmt::format("{} pipelines directly on one connection", readers), messages / 5, direct, readers);
    }
}

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(option(count, arguments, "--rounds", 5));
    const auto messages = static_cast<std::uint64_t>(option(count, arguments, "--messages", 2'000'000));
    const std::string typed = table("events", ", retention_rows = 100000") + pipeline(1, "events");
    const std::uint64_t few = messages / 200;

    const std::vector<std::function<double()>> measurements = {
        [&] { return plain_beast(messages); },
        [&] { return frame_wise(messages); },
        [&] { return session(messages, large_buffer, direct_pipeline(1)); },
        [&] { return session(messages, "", direct_pipeline(1)); },
        [&] { return session(messages, large_buffer, typed); },
        [&] {
            return session(messages, large_buffer, table("events", ", retention_rows = 0") + pipeline(1, "events"));
        },
        [&] {
            return session(messages, large_buffer,
                           table("events", ", retention_rows = 0") + pipeline(1, "events") +
                               table("others", ", retention_rows = 0") + pipeline(2, "others"),
                           2);
        },
        [&] { return session(few, ", buffer_size = 1", direct_pipeline(1)); },
    };
    const std::vector<std::string> names = {
        "plain Beast async_read into nothing (baseline)",
        "frame-wise read into nothing",
        "pipeline on the connection",
        "pipeline on the connection, default buffer_size",
        "table (last 100,000 rows kept) and pipeline",
        "table (no rows kept) and pipeline",
        "two tables (no rows kept), a pipeline on each",
        "pipeline on the connection, one row at a time",
    };
    if (const auto only = static_cast<std::size_t>(option(count, arguments, "--only", 0)); only != 0) {
        for (std::size_t round = 0; round < rounds; ++round)
            fmt::print("{}: {:.0f} messages/s\n", names.at(only - 1), measurements.at(only - 1)());
        return 0;
    }
    const std::vector<std::vector<double>> figures = take_rounds(rounds, measurements);
    Report report("ingest",
                  fmt::format("messages of {} bytes over loopback; per round {} of them, one row at a time {}",
                              event_message(0).size(), messages, few));
    for (std::size_t index = 0; index < names.size(); ++index) report.add(names[index], "messages/s", figures[index]);
    for (std::size_t index = 1; index < names.size(); ++index)
        report.add(names[index] + ", to baseline", "x", ratios(figures[index], figures[0]));
    if (option(count, arguments, "--scale", 0) != 0) scale(report, messages / 4, 2);
    report.add_target_at_least("ingest: at least 1.3 x plain Beast async_read", 1.3, "x",
                               ratios(figures[2], figures[0]));
    report.add_target_at_least("ingest: 2 x plain Beast async_read is the aim", 2, "x", ratios(figures[2], figures[0]));
    report.print();
    return 0;
}
