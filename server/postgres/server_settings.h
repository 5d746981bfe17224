#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "server/login/access.h"
#include "server/session/query_limit.h"

namespace laminar::postgres {

struct ServerSettings {
    ListenAddress address{"127.0.0.1", 5433};
    AccessSettings access;
    std::size_t max_connections = 100;
    std::chrono::milliseconds authentication_timeout{10'000};
    std::size_t max_message_bytes = 16u << 20;
    /// Queries that run at a time, of all clients, whatever protocol they speak: others wait their turn.
    std::shared_ptr<QueryLimit> queries = std::make_shared<QueryLimit>(default_max_queries);
    /// Of a statement, until a client sets another (SET statement_timeout). 0: none.
    std::chrono::milliseconds statement_timeout{0};
    /// How long a result waits for a client that takes nothing of it.
    std::chrono::milliseconds write_timeout{60'000};
};

/// What gives the address on the command line.
inline constexpr const char* address_option = "--postgres";

}  // namespace laminar::postgres
