// Memory of idle clients of a server.
// Usage: connections [--clients N]
#include <fmt/format.h>

#include <algorithm>

#include "bench/client_swarm.h"
#include "bench/report.h"
#include "bench/scripted_session.h"
#include "connectors/websocket/options/facts.h"

int main(int count, char** arguments) {
    using namespace laminar::bench;
    const auto clients = static_cast<std::size_t>(option(count, arguments, "--clients", 10'000));
    raise_descriptor_limit();
    ClientSwarm swarm;
    ScriptedSession session;
    session.execute(
        fmt::format("CREATE CONNECTION hub TO websocket (mode = 'server', port = 0, format = 'json', "
                    "max_connections = {});"
                    "CREATE TABLE events (symbol TEXT, price DOUBLE) WITH (connector = 'hub');",
                    clients));
    const std::uint16_t port = session.port_of("hub");
    const double before = resident_bytes();
    swarm.connect(port, clients);
    session.wait_until([&](const laminar::DatabaseStatus& status) {
        return std::any_of(status.connections.begin(), status.connections.end(),
                           [&](const laminar::ConnectionStatus& hub) {
                               return std::get<std::int64_t>(hub.details.at(laminar::WebSocketDetail::clients)) ==
                                      static_cast<std::int64_t>(clients);
                           });
    });
    const double after = resident_bytes();
    constexpr double mebibyte = 1 << 20;
    Report report("connections", fmt::format("{} clients that are connected to a server and silent", clients));
    report.add("resident before they came", "MiB", {before / mebibyte});
    report.add("resident with them", "MiB", {after / mebibyte});
    report.add("memory of one client", "KiB", {(after - before) / 1024 / static_cast<double>(clients)});
    report.add_target_at_most(
        fmt::format("{} idle connections in under 250 MiB (resident, all of the process)", clients), 250, "MiB",
        {after / mebibyte});
    report.print();
    return 0;
}
