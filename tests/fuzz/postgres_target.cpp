// Whatever somebody sends to the PostgreSQL port. What begins with a NUL is the beginning of a connection; else it is
// what a client sends once it has logged in, so that most of it reaches the session.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "fuzzed_server.h"
#include "loopback_client.h"
#include "server/postgres/server.h"

namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using laminar::postgres::ServerSettings;

void adjust(ServerSettings& settings, std::size_t max_bytes) {
    settings.max_message_bytes = max_bytes;
    settings.authentication_timeout = 20ms;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::string_view startup = "\0\0\0\x13\0\x03\0\0user\0fuzz\0\0"sv;
    std::vector<std::uint8_t> bytes;
    if (size > 0 && data[0] != 0) bytes.assign(startup.begin(), startup.end());
    bytes.insert(bytes.end(), data, data + size);
    const std::uint16_t port = laminar::fuzz::port_of_server<laminar::postgres::Server, ServerSettings>(adjust);
    laminar::fuzz::visit(port, bytes, 60ms);
    return 0;
}
