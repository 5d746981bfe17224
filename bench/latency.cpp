// How long a message is under way: WebSocket in, pipeline, WebSocket out, beside a relay in plain Beast.
// Usage: latency [--rounds N] [--rate MESSAGES_PER_SECOND] [--seconds S]
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "bench/baseline_readers.h"
#include "bench/feed.h"
#include "bench/report.h"
#include "bench/scripted_session.h"

namespace {

using namespace laminar::bench;
using Clock = std::chrono::steady_clock;

struct Load {
    double rate;
    double seconds;
    /// While connections and caches warm up; not counted.
    double warm_up = 0.5;
};

std::int64_t nanoseconds_now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

/// Sends messages with their time of sending at a steady rate, each when it is due.
void send_paced(const ListeningPort& listener, const Load& load) {
    const int client = listener.accept_websocket();
    // The other side is still being connected.
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const auto count = static_cast<std::uint64_t>(load.rate * (load.seconds + load.warm_up));
    const Clock::time_point start = Clock::now();
    for (std::uint64_t number = 0; number < count; ++number) {
        const auto due = start + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(static_cast<double>(number) / load.rate));
        if (due > Clock::now()) std::this_thread::sleep_until(due);
        const std::string message = fmt::format(R"({{"sent":{},"symbol":"SYM{:02}","price":{}.42,"volume":{}}})",
                                                nanoseconds_now(), number % 100, 10 + number % 90, 100 + number % 900);
        if (!send_all(client, text_frame(message))) break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    close(client);
}

/// Reads messages and notes how old each is, in microseconds, until the feed has ended.
std::vector<double> receive(int descriptor, std::uint64_t expected, std::uint64_t ignored) {
    constexpr std::string_view field = "\"sent\":";
    std::vector<double> latencies;
    std::array<char, 65'536> buffer{};
    std::string rest;
    std::uint64_t seen = 0;
    while (seen < expected) {
        const ssize_t count = recv(descriptor, buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        const std::int64_t now = nanoseconds_now();
        rest.append(buffer.data(), static_cast<std::size_t>(count));
        std::size_t from = 0;
        for (;;) {
            const std::size_t begin = rest.find(field, from);
            const std::size_t end = begin == std::string::npos ? begin : rest.find('}', begin);
            if (end == std::string::npos) break;
            std::int64_t sent = 0;
            std::from_chars(rest.data() + begin + field.size(), rest.data() + end, sent);
            if (seen++ >= ignored) latencies.push_back(static_cast<double>(now - sent) / 1000);
            from = end;
        }
        rest.erase(0, from);
    }
    close(descriptor);
    std::sort(latencies.begin(), latencies.end());
    return latencies;
}

struct Percentiles {
    double p50;
    double p99;
};

Percentiles percentiles_of(const std::vector<double>& sorted) {
    if (sorted.empty()) return {0, 0};
    return {sorted[sorted.size() / 2], sorted[sorted.size() * 99 / 100]};
}

std::vector<double> receive_all(int descriptor, const Load& load) {
    return receive(descriptor, static_cast<std::uint64_t>(load.rate * (load.seconds + load.warm_up)),
                   static_cast<std::uint64_t>(load.rate * load.warm_up));
}

Percentiles through_beast(const Load& load) {
    const ListeningPort feed;
    std::thread sender([&] { send_paced(feed, load); });
    std::promise<std::uint16_t> port;
    std::thread relay(
        [&] { relay_with_plain_beast(feed.port(), [&](std::uint16_t listening) { port.set_value(listening); }); });
    const std::vector<double> latencies = receive_all(connect_websocket(port.get_future().get()), load);
    sender.join();
    relay.join();
    return percentiles_of(latencies);
}

/// setting: a statement that says how long rows may wait for more; empty: as users have it.
Percentiles through_pipeline(const Load& load, const std::string& setting) {
    const ListeningPort feed;
    ScriptedSession session;
    if (!setting.empty()) session.execute(setting);
    session.execute(
        "CREATE CONNECTION out TO websocket (mode = 'server', port = 0, format = 'json', broadcast = true);"
        "CREATE TABLE relayed (sent BIGINT, symbol TEXT, price DOUBLE) WITH (connector = 'out');"
        "CREATE CONNECTION idle TO generator (max_rows = 0);"
        "CREATE PIPELINE opens AS INSERT INTO relayed SELECT counter, '', 0 FROM idle;");
    const int client = connect_websocket(session.port_of("out"));
    std::thread sender([&] { send_paced(feed, load); });
    session.execute(
        fmt::format("CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = "
                    "'ws://127.0.0.1:{}/', format = 'json');"
                    "CREATE PIPELINE relaying AS INSERT INTO relayed "
                    "SELECT sent::BIGINT, symbol, price::DOUBLE FROM feed WHERE price::DOUBLE >= 0;",
                    feed.port()));
    const std::vector<double> latencies = receive_all(client, load);
    sender.join();
    return percentiles_of(latencies);
}

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(option(count, arguments, "--rounds", 3));
    const Load load{option(count, arguments, "--rate", 10'000), option(count, arguments, "--seconds", 4)};
    struct Path {
        std::string name;
        std::function<Percentiles()> run;
        std::vector<double> p50 = {};
        std::vector<double> p99 = {};
    };
    std::vector<Path> paths = {
        {"relay in plain Beast", [&] { return through_beast(load); }},
        {"pipeline, max_latency = 0",
         [&] { return through_pipeline(load, "SET max_latency = INTERVAL '0 seconds';"); }},
        {"pipeline, default max_latency", [&] { return through_pipeline(load, ""); }},
    };
    for (std::size_t round = 0; round < rounds; ++round) {
        for (Path& path : paths) {
            const Percentiles taken = path.run();
            path.p50.push_back(taken.p50 / 1000);
            path.p99.push_back(taken.p99 / 1000);
        }
    }
    Report report("latency", fmt::format("WebSocket in, pipeline with a filter, WebSocket out, {} messages/s for {} s",
                                         load.rate, load.seconds));
    for (const Path& path : paths) {
        report.add(path.name + ", p50", "ms", path.p50);
        report.add(path.name + ", p99", "ms", path.p99);
    }
    const std::string at = fmt::format("latency at {} messages/s, ", load.rate);
    report.add_target_at_most(at + "max_latency = 0: p50 under 1 ms", 1, "ms", paths[1].p50);
    report.add_target_at_most(at + "max_latency = 0: p50 under 0.15 ms is the aim", 0.15, "ms", paths[1].p50);
    report.add_target_at_most(at + "max_latency = 0: p99 under 1 ms is the aim", 1, "ms", paths[1].p99);
    report.add_target_at_most(at + "default max_latency: p99 under 8 ms", 8, "ms", paths[2].p99);
    report.print();
    return 0;
}
