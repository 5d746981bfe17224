#include "cli/commands/progress_text.h"

#include <doctest/doctest.h>

using namespace laminar;

namespace {

ConnectionStatus connection(const std::string& name, ConnectionState state) {
    ConnectionStatus status;
    status.name = name;
    status.state = state;
    return status;
}

}  // namespace

TEST_CASE("rates, lag and connections") {
    DatabaseStatus earlier;
    earlier.messages_in = 1000;
    earlier.rows_out = 10;
    DatabaseStatus now = earlier;
    now.messages_in = 4000;
    now.rows_out = 20;
    now.lag = std::chrono::milliseconds(12);
    const std::chrono::duration<double> elapsed(2.0);
    CHECK(progress_text(earlier, now, elapsed) == "1,500 messages/s in, 5 rows/s out, lag 12 ms");
    now.connections = {connection("feed", ConnectionState::connected),
                       connection("out", ConnectionState::waiting_to_reconnect),
                       connection("hub", ConnectionState::listening)};
    now.connections.back().note = "3 clients";
    now.messages_failed = 2;
    CHECK(progress_text(earlier, now, elapsed) ==
          "1,500 messages/s in, 5 rows/s out, lag 12 ms | feed connected, out waiting to reconnect, hub listening (3 "
          "clients) | 2 failed, 0 dropped");
}

TEST_CASE("many connections are counted by state") {
    DatabaseStatus now;
    for (int i = 0; i < 5; ++i) now.connections.push_back(connection("c", ConnectionState::connected));
    now.connections.push_back(connection("f", ConnectionState::failed));
    CHECK(progress_text({}, now, std::chrono::duration<double>(1)).ends_with("| 5 connected, 1 failed"));
}

TEST_CASE("a connection without trouble has no line") {
    ConnectionStatus status = connection("feed", ConnectionState::closed);
    CHECK(trouble_text(status).empty());
    status.reconnect_count = 2;
    CHECK(trouble_text(status) == "connection \"feed\": 2 reconnect attempts");
    status.last_error = "refused";
    CHECK(trouble_text(status) == "connection \"feed\": 2 reconnect attempts, last error: refused");
}
