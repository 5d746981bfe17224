// Whatever somebody sends to the HTTP port: requests, one after the other, and what is none. The whole server takes it.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "fuzzed_database.h"
#include "loopback_client.h"
#include "server/http/server.h"

namespace {

using namespace std::chrono_literals;

laminar::http::Server& server() {
    static laminar::http::Server& made = *[] {
        laminar::http::ServerSettings settings;
        settings.address.port = 0;
        settings.max_body_bytes = 1 << 16;
        settings.request_timeout = 20ms;
        settings.statement_timeout = 50ms;
        settings.write_timeout = 50ms;
        settings.max_rows = 1000;
        auto server = std::make_unique<laminar::http::Server>(laminar::fuzz::fuzzed_database(), settings);
        server->serve();
        return server.release();
    }();
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    laminar::fuzz::visit(server().port(), {data, size}, 40ms);
    return 0;
}
