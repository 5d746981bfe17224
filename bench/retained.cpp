// Memory of rows that tables keep for queries.
// Usage: retained [--rows N]
#include <fmt/format.h>

#include "bench/feed.h"
#include "bench/report.h"
#include "bench/scripted_session.h"

int main(int count, char** arguments) {
    using namespace laminar::bench;
    const auto rows = static_cast<std::uint64_t>(option(count, arguments, "--rows", 1'000'000));
    const RawFeed feed(rows);
    ScriptedSession session;
    const double before = resident_bytes();
    session.execute(fmt::format(
        "CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = '{}', format = 'json', buffer_size = 50000);"
        "CREATE TABLE events (event_id TEXT, event_type TEXT, symbol TEXT, price DOUBLE, volume BIGINT, "
        "timestamp TIMESTAMP, data JSON) WITH (connector = 'feed', retention = NULL, retention_rows = NULL);",
        feed.url()));
    const double ended = session.wait_for_rows(rows);
    const double after = resident_bytes();
    Report report("retained", fmt::format("a table of 7 columns and its metadata, {} rows of {} bytes of JSON", rows,
                                          event_message(0).size()));
    report.add("memory of a retained row (resident)", "bytes", {(after - before) / static_cast<double>(rows)});
    report.add("resident in all", "MiB", {after / (1 << 20)});
    report.add("rate at which they were taken in", "messages/s", {static_cast<double>(rows) / (ended - feed.began())});
    report.print();
    return 0;
}
