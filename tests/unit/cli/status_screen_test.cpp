#include "cli/top/status_screen.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "cli/terminal/cell_text.h"
#include "cli/top/status_table.h"

using namespace laminar;

namespace {

StatusSample sample(int seconds, const std::string& received, const std::string& state) {
    StatusSample taken;
    taken.taken_at = std::chrono::steady_clock::time_point(std::chrono::seconds(seconds));
    taken.connections = {{{"connection_name", "feed"},
                          {"connection_state", state},
                          {"messages_received", received},
                          {"messages_sent", "0"},
                          {"bytes_received", "2048"},
                          {"bytes_sent", "0"},
                          {"messages_failed", "3"},
                          {"endpoint", "ws://127.0.0.1:9000/a/path/that/is/long"}}};
    taken.pipelines = {{{"name", "totals"}, {"state", "running"}, {"rows_out", received}, {"state_bytes", "2048"}}};
    taken.tables = {{{"name", "trades"}, {"kind", "stream"}, {"rows", "1234567"}, {"bytes", "5242880"}}};
    return taken;
}

std::string text_of_screen(const ScreenStyle& style, const std::string& state = "waiting_to_reconnect") {
    std::string text;
    for (const std::string& line :
         status_screen(sample(10, "100", "connected"), sample(12, "350", state), "here", "", style))
        text += line + "\n";
    return text;
}

}  // namespace

TEST_CASE("rates and sizes are short") {
    CHECK(rate_text(std::nullopt).empty());
    CHECK(rate_text(0) == "0");
    CHECK(rate_text(0.01) == "<0.1");
    CHECK(rate_text(12.34) == "12.3");
    CHECK(rate_text(1239.6) == "1,240");
    CHECK(rate_text(12'400) == "12.4k");
    CHECK(rate_text(3'100'000) == "3.1M");
    CHECK(bytes_text(12) == "12 B");
    CHECK(bytes_text(4200) == "4.1 KiB");
    CHECK(bytes_text(325'058'560) == "310 MiB");
}

TEST_CASE("a screen shows what came between two samples") {
    const std::string text = text_of_screen({});
    CHECK(text.find("here  messages/s in 125 out 0  rows/s 125  retained 5.0 MiB  state 2.0 KiB\n") == 0);
    CHECK(text.find("CONNECTION  STATE                 IN/S  OUT/S") != std::string::npos);
    CHECK(text.find("feed        waiting to reconnect   125      0") != std::string::npos);
    CHECK(text.find("trades") != std::string::npos);
    CHECK(text.find("1,234,567") != std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text_of_screen({.in_color = true}).find("\x1b[33mwaiting to reconnect\x1b[0m") != std::string::npos);
}

TEST_CASE("no line is wider than the terminal, and what matters most stays") {
    for (const std::size_t width : {120U, 80U, 60U, 40U, 24U, 10U, 1U}) {
        const auto lines = status_screen(sample(10, "100", "connected"), sample(12, "350", "failed"), "here",
                                         "no answer", {.width = width});
        CAPTURE(width);
        for (const std::string& line : lines) CHECK(text_width(line) <= width);
    }
    const std::string narrow = text_of_screen({.width = 40});
    CHECK(narrow.find("feed") != std::string::npos);
    CHECK(narrow.find("waiting to reconnect") != std::string::npos);
    CHECK(narrow.find("125") != std::string::npos);
    CHECK(narrow.find("ws://") == std::string::npos);
}

TEST_CASE("what peers say cannot steer the terminal") {
    StatusSample now = sample(12, "350", "connected");
    now.connections[0]["state_reason"] = "\x1b[2Jgone";
    for (const std::string& line : status_screen(sample(10, "100", "connected"), now, "here", "bad \x1b[2J", {}))
        CHECK(line.find('\x1b') == std::string::npos);
}

TEST_CASE("a counter that has begun anew has no rate") {
    const StatusSample before = sample(10, "100", "connected");
    const StatusSample now = sample(12, "50", "connected");
    const auto rate = [&](const char* name) {
        return rate_between(before.connections, now.connections, now.taken_at - before.taken_at, "connection_name",
                            name, "messages_received");
    };
    CHECK(!rate("feed"));
    CHECK(!rate("other"));
}

TEST_CASE("rows are read from what the server answers") {
    const auto rows = read_status_rows(
        R"({"columns": [{"name": "name", "type": "VARCHAR"}, {"name": "n", "type": "BIGINT"}], "rows": [["a", 1], [null, "9007199254740993"]], "row_count": 2})");
    REQUIRE(rows.size() == 2);
    CHECK(text_of(rows[0], "name") == "a");
    CHECK(number_of(rows[0], "n") == 1);
    CHECK(text_of(rows[1], "name").empty());
    CHECK(number_of(rows[1], "n"));
    CHECK(!number_of(rows[0], "name"));
    for (const char* other : {"", "[]", "<html>", R"({"rows": []})", R"({"columns": 1, "rows": 2})"})
        CHECK_THROWS_AS(read_status_rows(other), HttpClient::Failure);
    CHECK(read_status_rows(R"({"columns": [1], "rows": [1, [2, 3]]})").size() == 1);
}
