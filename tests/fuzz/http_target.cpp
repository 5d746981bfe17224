// Whatever somebody sends to the HTTP port: requests, one after the other, and what is none. The whole server takes it.

#include <cstddef>
#include <cstdint>

#include "fuzzed_server.h"
#include "loopback_client.h"
#include "server/http/server.h"

namespace {

using namespace std::chrono_literals;
using laminar::http::ServerSettings;

void adjust(ServerSettings& settings, std::size_t max_bytes) {
    settings.max_body_bytes = max_bytes;
    settings.request_timeout = 20ms;
    settings.max_rows = 1000;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::uint16_t port = laminar::fuzz::port_of_server<laminar::http::Server, ServerSettings>(adjust);
    laminar::fuzz::visit(port, {data, size}, 40ms);
    return 0;
}
