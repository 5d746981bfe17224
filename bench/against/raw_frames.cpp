// How far one gets by hand: frames read from the socket without a library and without a look at their UTF-8, JSON with
// simdjson, counts in a hash map. Usage: raw_frames PORT MESSAGES
#include <simdjson.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/against/window_counts.h"
#include "bench/feed.h"

int main(int count, char** arguments) {
    using namespace laminar::bench;
    if (count != 3) return 2;
    const int socket = connect_websocket(static_cast<std::uint16_t>(std::atoi(arguments[1])));
    std::uint64_t left = std::strtoull(arguments[2], nullptr, 10);
    constexpr std::size_t capacity = 1 << 20;
    std::vector<char> buffer(capacity + simdjson::SIMDJSON_PADDING);
    simdjson::ondemand::parser parser;
    WindowCounts counts;
    std::size_t begin = 0;
    std::size_t end = 0;
    while (left > 0) {
        const ssize_t received = recv(socket, buffer.data() + end, capacity - end, 0);
        if (received <= 0) return 1;
        end += static_cast<std::size_t>(received);
        while (left > 0 && end - begin >= 4) {
            const auto* head = reinterpret_cast<const unsigned char*>(buffer.data() + begin);
            std::size_t header = 2;
            std::size_t size = head[1];
            if (size == 126) {
                header = 4;
                size = static_cast<std::size_t>(head[2]) << 8U | head[3];
            } else if (size > 126) {
                return 1;  // The feed sends no larger frames, and masks none.
            }
            if (end - begin < header + size) break;
            char* const payload = buffer.data() + begin + header;
            begin += header + size;
            --left;
            simdjson::ondemand::document message =
                parser.iterate(payload, size, buffer.data() + buffer.size() - payload);
            // In the order of the message, which is what makes on-demand fast.
            const std::string_view symbol = message["symbol"];
            const double price = message["price"];
            const std::string_view time = message["timestamp"];
            if (price > 10) counts.add(symbol, time);
        }
        std::memmove(buffer.data(), buffer.data() + begin, end - begin);
        end -= begin;
        begin = 0;
    }
    close(socket);
    std::puts(counts.summary().c_str());
    return 0;
}
