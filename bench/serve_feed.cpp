// Serves the messages of the ingest bench to one WebSocket client, be it of another program, and tells how fast it took
// them. Usage: serve_feed [--messages N]
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "bench/feed.h"
#include "bench/report.h"

int main(int count, char** arguments) {
    using namespace laminar::bench;
    const auto messages = static_cast<std::uint64_t>(option(count, arguments, "--messages", 1'000'000));
    const RawFeed feed(messages);
    fmt::print("{}\n", feed.url());
    std::fflush(stdout);
    while (feed.sent() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    fmt::print("{} messages in {:.2f} s: {:.0f} messages/s\n", messages, feed.sent() - feed.began(),
               static_cast<double>(messages) / (feed.sent() - feed.began()));
    return 0;
}
