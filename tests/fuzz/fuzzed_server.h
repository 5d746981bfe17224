#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "fuzzed_database.h"

namespace laminar::fuzz {

/// The port of the server of a protocol over the fuzzed database, with limits that a target is quickly through with.
/// It is started once and never destroyed: the end of the program is the end of its threads. Server, Settings: the
/// protocol's; adjust sets what that protocol alone has, and max_bytes its limit of a message.
template <class Server, class Settings>
std::uint16_t port_of_server(void (*adjust)(Settings& settings, std::size_t max_bytes)) {
    static Server& server = *[&] {
        Settings settings;
        settings.address.port = 0;
        settings.statement_timeout = std::chrono::milliseconds(50);
        settings.write_timeout = std::chrono::milliseconds(50);
        adjust(settings, std::size_t{1} << 16U);
        auto made = std::make_unique<Server>(fuzzed_database(), settings);
        made->serve();
        return made.release();
    }();
    return server.port();
}

}  // namespace laminar::fuzz
