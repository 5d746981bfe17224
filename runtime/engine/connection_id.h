#pragma once

#include <cstdint>

#include "runtime/engine/duckdb_handles.h"

namespace laminar {

/// The engine's own number of the connection that prepares a statement, which no other connection has. The context is
/// given back. Any thread.
[[nodiscard]] inline std::uint64_t take_connection_id(duckdb_client_context context) {
    const std::uint64_t id = duckdb_client_context_get_connection_id(context);
    duckdb_destroy_client_context(&context);
    return id;
}

[[nodiscard]] inline std::uint64_t connection_id(duckdb_connection connection) {
    duckdb_client_context context = nullptr;
    duckdb_connection_get_client_context(connection, &context);
    return take_connection_id(context);
}

}  // namespace laminar
