// Whatever somebody sends to the PostgreSQL port. What begins with a NUL is the beginning of a connection; else it is
// what a client sends once it has logged in, so that most of it reaches the session.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "fuzzed_database.h"
#include "loopback_client.h"
#include "server/postgres/server.h"

namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

laminar::postgres::Server& server() {
    static laminar::postgres::Server& made = *[] {
        laminar::postgres::ServerSettings settings;
        settings.address.port = 0;
        settings.max_message_bytes = 1 << 16;
        settings.authentication_timeout = 20ms;
        settings.statement_timeout = 50ms;
        settings.write_timeout = 50ms;
        auto server = std::make_unique<laminar::postgres::Server>(laminar::fuzz::fuzzed_database(), settings);
        server->serve();
        return server.release();
    }();
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::string_view startup = "\0\0\0\x13\0\x03\0\0user\0fuzz\0\0"sv;
    std::vector<std::uint8_t> bytes;
    if (size > 0 && data[0] != 0) bytes.assign(startup.begin(), startup.end());
    bytes.insert(bytes.end(), data, data + size);
    laminar::fuzz::visit(server().port(), bytes, 60ms);
    return 0;
}
