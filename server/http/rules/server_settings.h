#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "server/login/access.h"
#include "server/session/query_limit.h"

namespace laminar::http {

struct ServerSettings {
    ListenAddress address{"127.0.0.1", 8433};
    AccessSettings access;
    /// Names by which clients may call it (the Host header), beside that of the address, localhost and IP addresses.
    std::vector<std::string> names;
    std::string version;  ///< Of the program.
    std::size_t max_body_bytes = 16u << 20;
    std::chrono::milliseconds request_timeout{30'000};  ///< For a client to send a request.
    /// Queries that run at a time, of all clients, whatever protocol they speak.
    std::shared_ptr<QueryLimit> queries = std::make_shared<QueryLimit>(default_max_queries);
    std::size_t max_subscriptions = 100;             ///< The same.
    std::size_t max_rows = 1'000'000;                ///< Of the result of one query.
    std::chrono::milliseconds statement_timeout{0};  ///< 0: none.
    /// How long an answer waits for a client that takes nothing of it.
    std::chrono::milliseconds write_timeout{60'000};
};

/// What gives the address on the command line.
inline constexpr const char* address_option = "--http";

}  // namespace laminar::http
