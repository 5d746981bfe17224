// Broadcast: every message to every client of a server.
// Usage: fanout [--rounds N] [--clients N] [--rate MESSAGES_PER_SECOND] [--seconds S]
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "bench/client_swarm.h"
#include "bench/feed.h"
#include "bench/report.h"
#include "bench/scripted_session.h"

namespace {

using namespace laminar::bench;

double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Outcome {
    double delivered_a_second;
    double dropped;
    double processor_microseconds;  ///< Of a delivery, in this process alone.
    double of_the_rate;             ///< Pace that was kept, 1: all of it.
};

Outcome broadcast(std::size_t clients, double rate, double seconds) {
    ClientSwarm swarm;
    ScriptedSession session;
    session.execute(fmt::format(
        "CREATE CONNECTION hub TO websocket (mode = 'server', port = 0, format = 'json', broadcast = true, "
        "max_connections = {});"
        "CREATE TABLE prices (symbol TEXT, price DOUBLE, volume BIGINT, note TEXT) WITH (connector = 'hub');"
        "CREATE CONNECTION idle TO generator (max_rows = 0);"
        "CREATE PIPELINE opens AS INSERT INTO prices SELECT '', 0, counter, '' FROM idle;",
        clients));
    swarm.connect(session.port_of("hub"), clients);
    const auto wanted = static_cast<std::uint64_t>(rate * seconds);
    const double processor = processor_seconds();
    const double began = seconds_now();
    session.execute(fmt::format(
        "CREATE CONNECTION ticks TO generator (rows_per_second = {}, max_rows = {});"
        "CREATE PIPELINE publish AS INSERT INTO prices SELECT 'SYM' || (counter % 100), counter / 100.0, counter, "
        "'a hundred and some bytes of text, so that a message is about as large as those of the other benches' "
        "FROM ticks;",
        rate, wanted));
    const std::uint64_t deliveries = wanted * clients;
    laminar::DatabaseStatus last;
    // A run that cannot keep the pace ends as well.
    const double limit = began + 4 * seconds + 10;
    session.wait_until([&](const laminar::DatabaseStatus& status) {
        last = status;
        return status.messages_sent + status.messages_dropped >= deliveries || seconds_now() > limit;
    });
    const double elapsed = seconds_now() - began;
    const double processor_used = processor_seconds() - processor;
    const auto delivered = static_cast<double>(last.messages_sent);
    return {delivered / elapsed, static_cast<double>(last.messages_dropped), processor_used * 1e6 / delivered,
            std::min(1.0, delivered / static_cast<double>(clients) / elapsed / rate)};
}

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(option(count, arguments, "--rounds", 3));
    const auto clients = static_cast<std::size_t>(option(count, arguments, "--clients", 1'000));
    const double rate = option(count, arguments, "--rate", 1'000);
    const double seconds = option(count, arguments, "--seconds", 5);
    raise_descriptor_limit();
    std::vector<double> delivered;
    std::vector<double> dropped;
    std::vector<double> processor;
    std::vector<double> kept;
    std::vector<double> alone;
    for (std::size_t round = 0; round < rounds; ++round) {
        alone.push_back(broadcast(1, rate, 1).processor_microseconds);
        const Outcome outcome = broadcast(clients, rate, seconds);
        delivered.push_back(outcome.delivered_a_second);
        dropped.push_back(outcome.dropped);
        processor.push_back(outcome.processor_microseconds);
        kept.push_back(outcome.of_the_rate);
    }
    Report report("fanout", fmt::format("{} clients, {} messages/s to each, for {} s", clients, rate, seconds));
    report.add("to one client: processor time of a message", "us", alone);
    report.add("delivered", "messages/s", delivered);
    report.add("dropped", "messages", dropped);
    report.add("processor time of a delivery (server)", "us", processor);
    report.add("pace kept", "of the rate", kept);
    report.add_target_at_most("fan-out: nothing dropped", 0, "messages", dropped);
    report.add_target_at_least(fmt::format("fan-out: {} clients x {} messages/s at their pace", clients, rate), 0.98,
                               "of the rate", kept);
    report.print();
    return 0;
}
